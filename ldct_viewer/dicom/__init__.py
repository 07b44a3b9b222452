"""Reading and writing DICOM: scan, geometry, pixels, read, write."""
