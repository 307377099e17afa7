"""What people would use instead of Bulk Manager, each as its own documentation advises."""
