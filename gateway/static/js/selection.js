/** Which Seats are chosen: some, one by one, over any number of pages; or all that the search finds. */

export class Selection {
  #chosen = new Map();
  #all = false;
  #onChange;

  /** @param {() => void} onChange is told of each change */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Whether all that the search finds are chosen, also those on pages that nobody has looked at. */
  get isAll() {
    return this.#all;
  }

  /** How many are chosen one by one. */
  get size() {
    return this.#chosen.size;
  }

  /** The User IDs that are chosen one by one. */
  get userIds() {
    return [...this.#chosen.keys()];
  }

  /** Their names, in the order they were chosen. */
  get names() {
    return [...this.#chosen.values()];
  }

  has(userId) {
    return this.#all || this.#chosen.has(userId);
  }

  /**
   * Choose Seats or let them go. Of all, none can be let go alone: `page`, which is in sight, stays chosen instead.
   * @param {{user_id: string, name: string}[]} seats
   * @param {{user_id: string, name: string}[]} page
   */
  set(seats, isChosen, page) {
    if (this.#all) {
      this.#all = false;
      for (const seat of page) this.#chosen.set(seat.user_id, seat.name);
    }
    for (const { user_id, name } of seats) {
      if (isChosen) this.#chosen.set(user_id, name);
      else this.#chosen.delete(user_id);
    }
    this.#onChange();
  }

  chooseAll() {
    this.#chosen.clear();
    this.#all = true;
    this.#onChange();
  }

  clear() {
    this.#chosen.clear();
    this.#all = false;
    this.#onChange();
  }
}
