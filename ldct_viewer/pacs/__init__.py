"""To and from the archive: DICOM nodes, echo, find, retrieve, send, a resumable queue and a receiver. No Qt.

pynetdicom is an optional extra (``pip install ldct-viewer[pacs]``); it is imported only inside functions.
"""
