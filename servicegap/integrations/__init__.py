"""What the package does for other libraries: one file each."""
