"""Our client and receiver against other people's: Orthanc and dcmtk of Debian, plain and with TLS."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.read import load
from ldct_viewer.errors import PacsError
from ldct_viewer.pacs.client import StudyQuery, echo, find_series, find_studies
from ldct_viewer.pacs.nodes import PacsNode
from ldct_viewer.pacs.queue import DONE, SendQueue
from ldct_viewer.pacs.retrieve import retrieve
from ldct_viewer.pacs.send import send
from tests.dicom.make_ct import pixels, series

from .kit import certificate, free_port, orthanc, program, tool, wait_for
from .test_service import running

JPEGLS = "1.2.840.10008.1.2.4.80"


def plant(ds: Any, k: int) -> None:
    ds.SpecificCharacterSet = ["", "ISO 2022 IR 149"]
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "Hong^Gildong=洪^吉洞=홍^길동", "K-7", "", ""
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.StudyID = "20260102", "101112", "ACC1", "1"


def jpegls(folder: Path) -> list[Path]:
    return series(folder, pixels(4), change=plant, syntax=JPEGLS, encode=imagecodecs.jpegls_encode)


def digests(files: Any) -> set[str]:
    return {hashlib.sha256(bytes(dcmread(file).PixelData)).hexdigest() for file in files}


def test_orthanc_takes_finds_and_gives_back_what_we_send(tmp_path):
    files = jpegls(tmp_path / "s")
    with orthanc(tmp_path / "o") as pacs:
        assert "DCMTK" in echo(pacs.node).implementation
        assert send(pacs.node, files).sent == 4
        query = StudyQuery(patient_id="K*", modality="CT", accession="ACC?")
        (study,) = find_studies(pacs.node, query)
        assert study.patient_name == "Hong^Gildong=洪^吉洞=홍^길동" and study.study_date == "20260102"
        assert find_studies(pacs.node, replace(query, patient_name="*홍^길동")) == [study]
        assert find_studies(pacs.node, replace(query, patient_id="X*")) == []
        (row,) = find_series(pacs.node, study.study_uid)
        assert (row.modality, row.number, row.images) == ("CT", "3", 4)
        for method in ("get", "move"):
            got = retrieve(pacs.node, row, tmp_path / method, method)
            assert len(got.files) == 4 and not got.failed and digests(got.files) == digests(files)
            assert {dcmread(file).file_meta.TransferSyntaxUID for file in got.files} == {JPEGLS}


def test_orthanc_moves_only_to_whom_it_knows(tmp_path):
    with orthanc(tmp_path / "o") as pacs:
        send(pacs.node, jpegls(tmp_path / "s"))
        (study,) = find_studies(pacs.node, StudyQuery())
        (row,) = find_series(pacs.node, study.study_uid)
        with pytest.raises(PacsError):
            retrieve(replace(pacs.node, move_ae="STRANGER"), row, tmp_path / "a", "move")


def test_storescu_to_our_service_and_on_to_orthanc(tmp_path):
    storescu = tool("storescu")
    files = series(tmp_path / "s", change=plant)
    with orthanc(tmp_path / "o") as pacs, running(tmp_path, send_to=pacs.node, out=None) as service:
        command = [storescu, "-aec", "DENOISE", "127.0.0.1", str(service.node.port), *map(str, files)]
        assert subprocess.run(command, check=False, capture_output=True).returncode == 0
        wait_for(lambda: service.said("sent"))
        (found,) = pacs.get("/series?expand")
        assert len(found["Instances"]) == 6
        (tmp_path / "back").mkdir()
        for instance in found["Instances"]:
            (tmp_path / "back" / instance).write_bytes(pacs.file(instance))
    assert np.array_equal(load(tmp_path / "back").hu, load(tmp_path / "s").hu // 2)


@pytest.mark.parametrize(("option", "kept"), [("+xt", True), ("+xe", False), ("+xi", False)])
def test_storescp_gets_what_it_wants(tmp_path, option, kept):
    storescp = tool("storescp")
    files, port = jpegls(tmp_path / "s"), free_port()
    (tmp_path / "in").mkdir()
    with program(storescp, option, "-aet", "S", "-od", str(tmp_path / "in"), str(port), port=port):
        assert send(PacsNode("s", "S", "127.0.0.1", port), files).sent == 4
    assert np.array_equal(load(tmp_path / "in").hu, load(tmp_path / "s").hu)
    syntaxes = {dcmread(file).file_meta.TransferSyntaxUID for file in (tmp_path / "in").iterdir()}
    assert (syntaxes == {JPEGLS}) is kept


def test_dcmqrscp_finds_and_gives(tmp_path):
    dcmqrscp, index = tool("dcmqrscp"), tool("dcmqridx")
    port, move = free_port(), free_port()
    files = series(tmp_path / "db" / "s", change=plant)
    config = f"""
NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
us = (LDCTVIEWER, 127.0.0.1, {move})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
QR {tmp_path / "db"} RW (200, 1024mb) ANY
AETable END
"""
    (tmp_path / "qr.cfg").write_text(config)
    subprocess.run([index, str(tmp_path / "db"), *map(str, files)], check=True, capture_output=True)
    node = PacsNode("qr", "QR", "127.0.0.1", port, move_port=move)
    with program(dcmqrscp, "-c", str(tmp_path / "qr.cfg"), port=port):
        (study,) = find_studies(node, StudyQuery(patient_id="K-7"))
        assert study.patient_name.endswith("홍^길동")
        (row,) = find_series(node, study.study_uid)
        for method in ("get", "move"):
            got = retrieve(node, row, tmp_path / method, method)
            assert len(got.files) == 6 and digests(got.files) == digests(files)


def test_findscu_is_refused_by_our_service(tmp_path):
    findscu = tool("findscu")
    with running(tmp_path) as service:
        command = [findscu, "-S", "-aec", "DENOISE", "-k", "QueryRetrieveLevel=STUDY"]
        done = subprocess.run([*command, "127.0.0.1", str(service.node.port)], check=False, capture_output=True)
    assert done.returncode != 0


def test_orthanc_with_tls(tmp_path):
    cert, key = certificate(tmp_path)
    tls = {
        "DicomTlsEnabled": True,
        "DicomTlsCertificate": cert,
        "DicomTlsPrivateKey": key,
        "DicomTlsTrustedCertificates": cert,
    }
    node = {"tls": True, "ca_file": cert, "cert_file": cert, "key_file": key}
    with orthanc(tmp_path / "o", node, **tls) as pacs:
        assert echo(pacs.node).seconds > 0
        assert send(pacs.node, jpegls(tmp_path / "s")).sent == 4
        for wrong in (replace(pacs.node, tls=False), replace(pacs.node, ca_file=None)):
            with pytest.raises(PacsError) as error:
                echo(wrong, timeout=3)
        assert error.value.code == "tls" and "certificate" in error.value.message


def test_the_queue_waits_for_an_orthanc_that_comes_later(tmp_path):
    files = series(tmp_path / "s", change=plant)
    queue = SendQueue(tmp_path / "q", 0.2, 0.4)
    queue.enqueue(files, "orthanc")
    queue.run([PacsNode("orthanc", "ORTHANC", "127.0.0.1", free_port())], CancelToken(), wait=False)
    assert queue.items()[0].attempts == 1
    with orthanc(tmp_path / "o") as pacs:
        queue.run([pacs.node], CancelToken())
        assert pacs.get("/statistics")["CountInstances"] == 6
    assert queue.items()[0].state == DONE
