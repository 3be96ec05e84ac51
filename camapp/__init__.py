"""Every object before the camera boxed, with coordinates, size and class: the window and the command line."""
