<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About {}</source>
        <translation>{} 정보</translation>
    </message>
    <message>
        <source>Research use only. Not a medical device, not for diagnosis.</source>
        <translation>연구용입니다. 의료기기가 아니며 진단에 사용할 수 없습니다.</translation>
    </message>
    <message>
        <source>LDCT Viewer is free software under the MIT licence. It contains:</source>
        <translation>LDCT Viewer는 MIT 라이선스의 자유 소프트웨어입니다. 포함된 구성 요소:</translation>
    </message>
    <message>
        <source>Component</source>
        <translation>구성 요소</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>버전</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
</context>
<context>
    <name>Curves</name>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>training</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>PSNR on held-out slices (dB)</source>
        <translation>학습에서 제외한 단면의 PSNR (dB)</translation>
    </message>
    <message>
        <source>now</source>
        <translation>현재</translation>
    </message>
    <message>
        <source>starting model</source>
        <translation>시작 모델</translation>
    </message>
</context>
<context>
    <name>Denoising</name>
    <message>
        <source>Preparing the network…</source>
        <translation>신경망 준비 중…</translation>
    </message>
    <message>
        <source>Denoising was stopped.</source>
        <translation>잡음 제거를 멈췄습니다.</translation>
    </message>
    <message>
        <source>F5 starts it again.</source>
        <translation>F5를 누르면 다시 시작합니다.</translation>
    </message>
    <message>
        <source>Load a model</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>Models (*.safetensors)</source>
        <translation>모델 (*.safetensors)</translation>
    </message>
    <message>
        <source>{} – cannot be used</source>
        <translation>{} – 사용할 수 없음</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Denoising {}/{}</source>
        <translation>잡음 제거 {}/{}</translation>
    </message>
    <message>
        <source>Paused at {}/{}</source>
        <translation>{}/{}에서 일시 정지</translation>
    </message>
    <message>
        <source>{} s left</source>
        <translation>{}초 남음</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message>
        <source>Drop to open</source>
        <translation>놓으면 열립니다</translation>
    </message>
</context>
<context>
    <name>ExportDicomDialog</name>
    <message>
        <source>Export DICOM series</source>
        <translation>DICOM 시리즈 내보내기</translation>
    </message>
    <message>
        <source>Send denoised series</source>
        <translation>잡음 제거 시리즈 보내기</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>찾아보기…</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Uncompressed (every archive reads it)</source>
        <translation>비압축 (모든 PACS에서 읽힘)</translation>
    </message>
    <message>
        <source>JPEG-LS lossless (smallest)</source>
        <translation>JPEG-LS 무손실 (가장 작음)</translation>
    </message>
    <message>
        <source>RLE lossless (fast)</source>
        <translation>RLE 무손실 (빠름)</translation>
    </message>
    <message>
        <source>HTJ2K lossless (recent archives only)</source>
        <translation>HTJ2K 무손실 (최신 PACS만)</translation>
    </message>
    <message>
        <source>Remove the patient&apos;s identity</source>
        <translation>환자 식별 정보 제거</translation>
    </message>
    <message>
        <source>{model}, strength {percent} %</source>
        <translation>{model}, 강도 {percent} %</translation>
    </message>
    <message>
        <source>do not send</source>
        <translation>보내지 않음</translation>
    </message>
    <message>
        <source>Send to</source>
        <translation>보낼 곳</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>새 폴더</translation>
    </message>
    <message>
        <source>Then send to</source>
        <translation>이어서 보낼 곳</translation>
    </message>
    <message>
        <source>Denoised by</source>
        <translation>잡음 제거 모델</translation>
    </message>
    <message>
        <source>Series number</source>
        <translation>시리즈 번호</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>설명</translation>
    </message>
    <message>
        <source>Kernel suffix</source>
        <translation>커널 접미어</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>픽셀</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Make the new folder in</source>
        <translation>새 폴더를 만들 위치</translation>
    </message>
    <message>
        <source>Names, dates, places, free text and private data are left out and identifiers replaced (DICOM PS3.15 Basic Profile). Pixels are not changed: look for burned-in text, and mind that a head scan can show a face.</source>
        <translation>이름, 날짜, 장소, 자유 입력문, 비공개 데이터는 제외되고 식별자는 대체됩니다(DICOM PS3.15 Basic Profile). 픽셀은 바뀌지 않으므로 영상에 새겨진 글자를 확인하고, 두부 영상에는 얼굴이 드러날 수 있음에 유의하십시오.</translation>
    </message>
    <message>
        <source>Patient and study stay as they are; the series is marked as derived.</source>
        <translation>환자와 검사 정보는 그대로이며 시리즈는 파생 영상으로 표시됩니다.</translation>
    </message>
    <message>
        <source>Name a folder.</source>
        <translation>폴더 이름을 입력하십시오.</translation>
    </message>
    <message>
        <source>Give the whole path of the folder.</source>
        <translation>폴더의 전체 경로를 입력하십시오.</translation>
    </message>
    <message>
        <source>This folder exists already; nothing is ever overwritten. Choose a new name.</source>
        <translation>이미 있는 폴더입니다. 덮어쓰지 않으므로 새 이름을 고르십시오.</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message>
        <source>Save picture</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG 그림 (*.png)</translation>
    </message>
    <message>
        <source>Picture copied.</source>
        <translation>그림을 복사했습니다.</translation>
    </message>
    <message>
        <source>This series is not denoised yet.</source>
        <translation>이 시리즈는 아직 잡음 제거를 하지 않았습니다.</translation>
    </message>
    <message>
        <source>Press F5 first.</source>
        <translation>먼저 F5를 누르십시오.</translation>
    </message>
    <message>
        <source>Wait until denoising is finished, then export.</source>
        <translation>잡음 제거가 끝난 뒤 내보내십시오.</translation>
    </message>
    <message>
        <source>Not all slices are denoised yet.</source>
        <translation>아직 모든 단면의 잡음이 제거되지 않았습니다.</translation>
    </message>
    <message>
        <source>NIfTI (*.nii.gz *.nii);;NRRD (*.nrrd);;MetaImage (*.mha)</source>
        <translation>NIfTI (*.nii.gz *.nii);;NRRD (*.nrrd);;MetaImage (*.mha)</translation>
    </message>
    <message>
        <source>Export denoised volume</source>
        <translation>잡음 제거 볼륨 내보내기</translation>
    </message>
    <message>
        <source>Preparing the export…</source>
        <translation>내보내기 준비 중…</translation>
    </message>
    <message>
        <source>Writing {}/{}</source>
        <translation>쓰는 중 {}/{}</translation>
    </message>
    <message>
        <source>Saved {} slices in {}</source>
        <translation>단면 {}장을 {}에 저장했습니다</translation>
    </message>
    <message>
        <source>Saved {}</source>
        <translation>{} 저장됨</translation>
    </message>
</context>
<context>
    <name>LogDialog</name>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>The log holds no patient data and no file names.</source>
        <translation>로그에는 환자 정보와 파일 이름이 남지 않습니다.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Series</source>
        <translation>시리즈</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>참고 사항</translation>
    </message>
    <message>
        <source>Clear this list</source>
        <translation>목록 지우기</translation>
    </message>
    <message>
        <source>The language changes when LDCT Viewer is started again.</source>
        <translation>언어는 LDCT Viewer를 다시 시작하면 바뀝니다.</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Details</source>
        <translation>자세히</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>메시지 닫기</translation>
    </message>
    <message>
        <source>+{} more</source>
        <translation>외 {}건</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>version {v}</source>
        <translation>버전 {v}</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>성능</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>출처</translation>
    </message>
    <message>
        <source>started from “{name}”</source>
        <translation>시작 모델 “{name}”</translation>
    </message>
    <message>
        <source>Research use, not for diagnosis.</source>
        <translation>연구용이며 진단에 사용할 수 없습니다.</translation>
    </message>
    <message>
        <source>untouched</source>
        <translation>처리 전</translation>
    </message>
    <message>
        <source>starting model</source>
        <translation>시작 모델</translation>
    </message>
    <message>
        <source>trained</source>
        <translation>학습 후</translation>
    </message>
    <message>
        <source>Noise left</source>
        <translation>남은 잡음</translation>
    </message>
    <message>
        <source>Figures on held-out slices</source>
        <translation>학습에서 제외한 단면의 수치</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>학습 자료</translation>
    </message>
    <message>
        <source>Patients</source>
        <translation>환자</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>시리즈</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>단면</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>쌍</translation>
    </message>
    <message>
        <source>Body part</source>
        <translation>부위</translation>
    </message>
    <message>
        <source>Kernels</source>
        <translation>커널</translation>
    </message>
    <message>
        <source>Scanners</source>
        <translation>장비</translation>
    </message>
    <message>
        <source>Exposure (mAs)</source>
        <translation>노출량 (mAs)</translation>
    </message>
    <message>
        <source>Tube voltage (kV)</source>
        <translation>관전압 (kV)</translation>
    </message>
    <message>
        <source>Slice thickness (mm)</source>
        <translation>단면 두께 (mm)</translation>
    </message>
    <message>
        <source>Noise (HU)</source>
        <translation>잡음 (HU)</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Card of the chosen model</source>
        <translation>선택한 모델의 카드</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>이름 바꾸기…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>삭제…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>가져오기…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>came with the program</source>
        <translation>프로그램에 포함된 모델</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Remove “{name}”? It cannot be brought back.</source>
        <translation>“{name}” 모델을 삭제할까요? 되돌릴 수 없습니다.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Export model to</source>
        <translation>모델을 내보낼 위치</translation>
    </message>
    <message>
        <source>Import model</source>
        <translation>모델 가져오기</translation>
    </message>
</context>
<context>
    <name>NodesDialog</name>
    <message>
        <source>PACS archives</source>
        <translation>PACS 서버</translation>
    </message>
    <message>
        <source>Test connection</source>
        <translation>연결 시험</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Archives</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>none (C-GET only)</source>
        <translation>없음 (C-GET만)</translation>
    </message>
    <message>
        <source>Encrypted (TLS)</source>
        <translation>암호화 (TLS)</translation>
    </message>
    <message>
        <source>The certificate must name the host</source>
        <translation>인증서의 이름이 호스트와 같아야 함</translation>
    </message>
    <message>
        <source>How the archive knows this program; its manager must enter it.</source>
        <translation>서버가 이 프로그램을 알아보는 이름입니다. 서버 관리자가 등록해야 합니다.</translation>
    </message>
    <message>
        <source>Only for archives that cannot C-GET: the port here at which they deliver.</source>
        <translation>C-GET을 지원하지 않는 서버용: 서버가 영상을 보내올 이 컴퓨터의 포트.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>As you call it, for example “Radiology”.</source>
        <translation>부르는 이름, 예: “영상의학과”.</translation>
    </message>
    <message>
        <source>AE title</source>
        <translation>AE 타이틀</translation>
    </message>
    <message>
        <source>Of the archive; capitals matter.</source>
        <translation>서버의 것; 대소문자를 구별합니다.</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>호스트</translation>
    </message>
    <message>
        <source>Name or address of its computer.</source>
        <translation>서버 컴퓨터의 이름이나 주소.</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>포트</translation>
    </message>
    <message>
        <source>Often 104, 11112 or 4242.</source>
        <translation>보통 104, 11112 또는 4242.</translation>
    </message>
    <message>
        <source>Own AE title</source>
        <translation>이 프로그램의 AE 타이틀</translation>
    </message>
    <message>
        <source>Port for C-MOVE</source>
        <translation>C-MOVE 포트</translation>
    </message>
    <message>
        <source>AE title for C-MOVE</source>
        <translation>C-MOVE용 AE 타이틀</translation>
    </message>
    <message>
        <source>Empty: the own AE title.</source>
        <translation>비워 두면 이 프로그램의 AE 타이틀.</translation>
    </message>
    <message>
        <source>Ask the archive&apos;s manager for its certificate.</source>
        <translation>인증서는 서버 관리자에게 문의하십시오.</translation>
    </message>
    <message>
        <source>Its authority (PEM)</source>
        <translation>서버 인증 기관 (PEM)</translation>
    </message>
    <message>
        <source>Empty: the authorities of this system.</source>
        <translation>비워 두면 이 시스템의 인증 기관.</translation>
    </message>
    <message>
        <source>Own certificate (PEM)</source>
        <translation>이 프로그램의 인증서 (PEM)</translation>
    </message>
    <message>
        <source>Where the archive asks who we are.</source>
        <translation>서버가 접속자를 확인할 때 필요합니다.</translation>
    </message>
    <message>
        <source>Own key (PEM)</source>
        <translation>이 프로그램의 키 (PEM)</translation>
    </message>
    <message>
        <source>Without a password.</source>
        <translation>암호가 없는 것.</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>찾아보기…</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer *.key);;All files (*)</source>
        <translation>인증서 (*.pem *.crt *.cer *.key);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>파일 선택</translation>
    </message>
    <message>
        <source>New archive</source>
        <translation>새 서버</translation>
    </message>
    <message>
        <source>Asking {}…</source>
        <translation>{} 확인 중…</translation>
    </message>
    <message>
        <source>The archive answered after {} ms.</source>
        <translation>서버가 {} ms 만에 응답했습니다.</translation>
    </message>
</context>
<context>
    <name>NotesPanel</name>
    <message>
        <source>This series: {} note(s)</source>
        <translation>이 시리즈: 참고 {}건</translation>
    </message>
    <message>
        <source>Ignored: {} file(s)</source>
        <translation>제외됨: 파일 {}개</translation>
    </message>
    <message>
        <source>… and {} more</source>
        <translation>… 외 {}개</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>Open a folder with CT images</source>
        <translation>CT 영상 폴더 열기</translation>
    </message>
    <message>
        <source>Open CT files</source>
        <translation>CT 파일 열기</translation>
    </message>
    <message>
        <source>CT images (*.dcm *.DCM *.zip *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd);;All files (*)</source>
        <translation>CT 영상 (*.dcm *.DCM *.zip *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>“{}” is no longer there.</source>
        <translation>“{}”이(가) 더 이상 없습니다.</translation>
    </message>
    <message>
        <source>It was moved, deleted, or its disk is not connected. The entry left the list.</source>
        <translation>옮겨졌거나 지워졌거나 디스크가 연결되어 있지 않습니다. 목록에서 제외했습니다.</translation>
    </message>
    <message>
        <source>Looking for CT series…</source>
        <translation>CT 시리즈를 찾는 중…</translation>
    </message>
    <message>
        <source>Preparing the demo…</source>
        <translation>데모 준비 중…</translation>
    </message>
    <message>
        <source>Looking through {} files…</source>
        <translation>파일 {}개를 살펴보는 중…</translation>
    </message>
    <message>
        <source>Double-click one in the list on the left to open it.</source>
        <translation>왼쪽 목록에서 하나를 두 번 클릭하면 열립니다.</translation>
    </message>
    <message>
        <source>{} CT series found.</source>
        <translation>CT 시리즈 {}개를 찾았습니다.</translation>
    </message>
    <message>
        <source>The series was left closed.</source>
        <translation>시리즈를 열지 않았습니다.</translation>
    </message>
    <message>
        <source>There are no files here.</source>
        <translation>파일이 없습니다.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the images.</source>
        <translation>영상이 들어 있는 폴더를 고르십시오.</translation>
    </message>
    <message>
        <source>No CT series was found among {} file(s).</source>
        <translation>파일 {}개 가운데 CT 시리즈가 없습니다.</translation>
    </message>
    <message>
        <source>Most were: {}. The notes (F10) list every file.</source>
        <translation>대부분의 이유: {}. 모든 파일은 참고 사항(F10)에 있습니다.</translation>
    </message>
    <message>
        <source>This series cannot be opened.</source>
        <translation>이 시리즈는 열 수 없습니다.</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>Reading {}/{}</source>
        <translation>읽는 중 {}/{}</translation>
    </message>
    <message>
        <source>It is shown as it is and not denoised again; F5 does it all the same.</source>
        <translation>그대로 표시하며 다시 잡음을 제거하지 않습니다. 그래도 하려면 F5를 누르십시오.</translation>
    </message>
    <message>
        <source>This series was denoised by AI already.</source>
        <translation>이미 AI로 잡음을 제거한 시리즈입니다.</translation>
    </message>
    <message>
        <source>Making the demo scan…</source>
        <translation>데모 영상을 만드는 중…</translation>
    </message>
    <message>
        <source>{} more note(s): F10.</source>
        <translation>참고 사항 {}건 더 있음: F10.</translation>
    </message>
    <message>
        <source>Notes: F10.</source>
        <translation>참고 사항: F10.</translation>
    </message>
    <message>
        <source>{} files could not be used. The first: {}</source>
        <translation>파일 {}개를 사용할 수 없습니다. 첫 번째: {}</translation>
    </message>
</context>
<context>
    <name>Overlay</name>
    <message>
        <source>Axial</source>
        <translation>축상면</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>관상면</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>시상면</translation>
    </message>
    <message>
        <source>AI-denoised series</source>
        <translation>AI 잡음 제거 영상</translation>
    </message>
    <message>
        <source>Not denoised</source>
        <translation>잡음 제거 전</translation>
    </message>
    <message>
        <source>Not denoised again</source>
        <translation>다시 제거하지 않음</translation>
    </message>
    <message>
        <source>Low-dose (original)</source>
        <translation>저선량 (원본)</translation>
    </message>
    <message>
        <source>Low-dose (not denoised yet)</source>
        <translation>저선량 (잡음 제거 전)</translation>
    </message>
    <message>
        <source>Difference {0} %</source>
        <translation>차이 {0} %</translation>
    </message>
    <message>
        <source>Denoised {0} %</source>
        <translation>잡음 제거 {0} %</translation>
    </message>
    <message>
        <source>Low-dose</source>
        <translation>저선량</translation>
    </message>
    <message>
        <source>MIP</source>
        <translation>MIP</translation>
    </message>
    <message>
        <source>average</source>
        <translation>평균</translation>
    </message>
    <message>
        <source>MinIP</source>
        <translation>MinIP</translation>
    </message>
    <message>
        <source>{0} {1} mm</source>
        <translation>{0} {1} mm</translation>
    </message>
    <message>
        <source>AI · research</source>
        <translation>AI · 연구용</translation>
    </message>
    <message>
        <source>AI-denoised series · research</source>
        <translation>AI 잡음 제거 영상 · 연구용</translation>
    </message>
    <message>
        <source>AI {0} % · research</source>
        <translation>AI {0} % · 연구용</translation>
    </message>
    <message>
        <source>AI Δ {0} % · research</source>
        <translation>AI Δ {0} % · 연구용</translation>
    </message>
    <message>
        <source>AI difference {0} % · research</source>
        <translation>AI 차이 {0} % · 연구용</translation>
    </message>
    <message>
        <source>AI denoised {0} % · research</source>
        <translation>AI 잡음 제거 {0} % · 연구용</translation>
    </message>
    <message>
        <source>Anonymous</source>
        <translation>익명</translation>
    </message>
    <message>
        <source>Se {0}</source>
        <translation>시리즈 {0}</translation>
    </message>
    <message>
        <source>{0} kV</source>
        <translation>{0} kV</translation>
    </message>
    <message>
        <source>{0} mA</source>
        <translation>{0} mA</translation>
    </message>
    <message>
        <source>Slice {0}</source>
        <translation>단면 {0}</translation>
    </message>
    <message>
        <source>HU and measurements: middle slice</source>
        <translation>HU와 측정값: 가운데 단면</translation>
    </message>
    <message>
        <source>step {0} mm</source>
        <translation>간격 {0} mm</translation>
    </message>
    <message>
        <source>thickness {0} mm</source>
        <translation>두께 {0} mm</translation>
    </message>
    <message>
        <source>LD {0}</source>
        <translation>저선량 {0}</translation>
    </message>
    <message>
        <source>DN {0}</source>
        <translation>제거 후 {0}</translation>
    </message>
    <message>
        <source>inverted</source>
        <translation>반전</translation>
    </message>
    <message>
        <source>smooth</source>
        <translation>보간</translation>
    </message>
    <message>
        <source>true pixels</source>
        <translation>원 픽셀</translation>
    </message>
    <message>
        <source>Zoom {0} · {1}</source>
        <translation>확대 {0} · {1}</translation>
    </message>
    <message>
        <source>missing slices</source>
        <translation>빠진 단면 있음</translation>
    </message>
    <message>
        <source>irregular spacing</source>
        <translation>간격이 고르지 않음</translation>
    </message>
    <message>
        <source>gantry tilt {0}°, not corrected</source>
        <translation>갠트리 기울기 {0}°, 보정 안 함</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>denoising…</source>
        <translation>잡음 제거 중…</translation>
    </message>
</context>
<context>
    <name>Pacs</name>
    <message>
        <source>The archive did not answer in time.</source>
        <translation>서버가 제시간에 응답하지 않았습니다.</translation>
    </message>
    <message>
        <source>There is no computer of this name.</source>
        <translation>이런 이름의 컴퓨터가 없습니다.</translation>
    </message>
    <message>
        <source>The host cannot be reached.</source>
        <translation>호스트에 연결할 수 없습니다.</translation>
    </message>
    <message>
        <source>Nothing listens at this address and port.</source>
        <translation>이 주소와 포트에서 응답하는 프로그램이 없습니다.</translation>
    </message>
    <message>
        <source>No secure connection came about.</source>
        <translation>보안 연결이 이루어지지 않았습니다.</translation>
    </message>
    <message>
        <source>The archive refused the connection.</source>
        <translation>서버가 연결을 거부했습니다.</translation>
    </message>
    <message>
        <source>The archive broke off the connection.</source>
        <translation>서버가 연결을 끊었습니다.</translation>
    </message>
    <message>
        <source>The archive offers none of the services asked for.</source>
        <translation>서버가 요청한 서비스를 제공하지 않습니다.</translation>
    </message>
    <message>
        <source>The archive answered with a failure.</source>
        <translation>서버가 실패로 응답했습니다.</translation>
    </message>
    <message>
        <source>The port for C-MOVE cannot be opened.</source>
        <translation>C-MOVE 포트를 열 수 없습니다.</translation>
    </message>
    <message>
        <source>The list of archives cannot be read or saved.</source>
        <translation>서버 목록을 읽거나 저장할 수 없습니다.</translation>
    </message>
    <message>
        <source>Something in the settings of this archive is not possible.</source>
        <translation>이 서버의 설정에 잘못된 값이 있습니다.</translation>
    </message>
    <message>
        <source>A certificate file must be a path.</source>
        <translation>인증서 파일은 경로여야 합니다.</translation>
    </message>
    <message>
        <source>A job of the queue cannot be read.</source>
        <translation>대기열의 작업 하나를 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>A key without its certificate is of no use.</source>
        <translation>인증서 없이 키만으로는 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>A search text must not hold a backslash or control characters.</source>
        <translation>검색어에는 역슬래시나 제어 문자를 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>A service is running in this folder already.</source>
        <translation>이 폴더에서 이미 서비스가 실행 중입니다.</translation>
    </message>
    <message>
        <source>Another window or program is sending already.</source>
        <translation>다른 창이나 프로그램이 이미 보내고 있습니다.</translation>
    </message>
    <message>
        <source>Ask its manager. What has arrived stays in the folder.</source>
        <translation>서버 관리자에게 문의하십시오. 받은 영상은 폴더에 남아 있습니다.</translation>
    </message>
    <message>
        <source>C-MOVE needs a port where the archive can reach us.</source>
        <translation>C-MOVE에는 서버가 접속할 수 있는 포트가 필요합니다.</translation>
    </message>
    <message>
        <source>Check both AE titles with its manager.</source>
        <translation>양쪽 AE 타이틀을 서버 관리자와 확인하십시오.</translation>
    </message>
    <message>
        <source>Check free space and permission of the folder.</source>
        <translation>폴더의 빈 공간과 권한을 확인하십시오.</translation>
    </message>
    <message>
        <source>Check host and port, and whether the archive is running.</source>
        <translation>호스트와 포트, 서버가 실행 중인지 확인하십시오.</translation>
    </message>
    <message>
        <source>Check host and port; a firewall may be in between.</source>
        <translation>호스트와 포트를 확인하십시오. 방화벽에 막혔을 수 있습니다.</translation>
    </message>
    <message>
        <source>Check the archive&apos;s AE title; case matters.</source>
        <translation>서버의 AE 타이틀을 확인하십시오. 대소문자를 구별합니다.</translation>
    </message>
    <message>
        <source>Check the certificate files and whether the archive uses TLS at this port.</source>
        <translation>인증서 파일과 서버가 이 포트에서 TLS를 쓰는지 확인하십시오.</translation>
    </message>
    <message>
        <source>Check the host.</source>
        <translation>호스트를 확인하십시오.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>네트워크를 확인하십시오.</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>경로를 확인하십시오.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>다른 것을 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose another port, or stop what uses it.</source>
        <translation>다른 포트를 선택하거나, 포트를 쓰는 프로그램을 끝내십시오.</translation>
    </message>
    <message>
        <source>Close what uses it, or choose another port (the archive must know it too).</source>
        <translation>포트를 쓰는 프로그램을 끝내거나 다른 포트를 선택하십시오 (서버에도 등록해야 합니다).</translation>
    </message>
    <message>
        <source>Correct the file, or move it away and enter the nodes anew.</source>
        <translation>파일을 고치거나, 옮겨 놓고 서버를 다시 입력하십시오.</translation>
    </message>
    <message>
        <source>DICOM archives often listen at 104 or 11112.</source>
        <translation>DICOM 서버는 보통 104나 11112 포트를 씁니다.</translation>
    </message>
    <message>
        <source>Does it use TLS at this port?</source>
        <translation>서버가 이 포트에서 TLS를 씁니까?</translation>
    </message>
    <message>
        <source>Enter a port for C-MOVE in the settings of this archive.</source>
        <translation>이 서버의 설정에 C-MOVE 포트를 입력하십시오.</translation>
    </message>
    <message>
        <source>Enter a port for it in the settings of this archive, and our AE title and port in the archive.</source>
        <translation>이 서버의 설정에 포트를 입력하고, 서버에는 이 프로그램의 AE 타이틀과 포트를 등록하십시오.</translation>
    </message>
    <message>
        <source>Enter our certificate and its key in the settings of this archive, or use C-GET.</source>
        <translation>이 서버의 설정에 이 프로그램의 인증서와 키를 넣거나 C-GET을 쓰십시오.</translation>
    </message>
    <message>
        <source>For C-MOVE the archive must know our AE title, address and port.</source>
        <translation>C-MOVE를 쓰려면 서버에 이 프로그램의 AE 타이틀, 주소, 포트가 등록되어 있어야 합니다.</translation>
    </message>
    <message>
        <source>Give each its own.</source>
        <translation>서로 다른 이름을 붙이십시오.</translation>
    </message>
    <message>
        <source>Is it a DICOM port?</source>
        <translation>DICOM 포트가 맞습니까?</translation>
    </message>
    <message>
        <source>Is it a DICOM port? Does the archive want TLS there?</source>
        <translation>DICOM 포트가 맞습니까? 서버가 TLS를 요구합니까?</translation>
    </message>
    <message>
        <source>It is no list of nodes of this version.</source>
        <translation>이 버전의 서버 목록이 아닙니다.</translation>
    </message>
    <message>
        <source>It will send this too.</source>
        <translation>그 프로그램이 이것도 보냅니다.</translation>
    </message>
    <message>
        <source>Its manager must enter our AE title (and this computer&apos;s address).</source>
        <translation>서버 관리자가 이 프로그램의 AE 타이틀과 이 컴퓨터의 주소를 등록해야 합니다.</translation>
    </message>
    <message>
        <source>Make it first.</source>
        <translation>먼저 폴더를 만드십시오.</translation>
    </message>
    <message>
        <source>Name the certificate file too.</source>
        <translation>인증서 파일도 지정하십시오.</translation>
    </message>
    <message>
        <source>No secure connection: the archive hung up.</source>
        <translation>보안 연결 실패: 서버가 연결을 끊었습니다.</translation>
    </message>
    <message>
        <source>Our certificate or its key cannot be used.</source>
        <translation>이 프로그램의 인증서나 키를 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Remove it from the queue and send the series again.</source>
        <translation>대기열에서 지우고 시리즈를 다시 보내십시오.</translation>
    </message>
    <message>
        <source>Results there would be taken for new scans.</source>
        <translation>그곳의 결과가 새 영상으로 잘못 처리됩니다.</translation>
    </message>
    <message>
        <source>Something listens there, but no DICOM connection came about.</source>
        <translation>응답은 있지만 DICOM 연결이 이루어지지 않았습니다.</translation>
    </message>
    <message>
        <source>TLS settings must be true or false.</source>
        <translation>TLS 설정은 참이나 거짓이어야 합니다.</translation>
    </message>
    <message>
        <source>Talking to an archive needs the package pynetdicom, which is not installed.</source>
        <translation>PACS에 연결하려면 pynetdicom 패키지가 필요한데 설치되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>The archive answers to another AE title.</source>
        <translation>서버의 AE 타이틀이 다릅니다.</translation>
    </message>
    <message>
        <source>The archive could not send all images; some may be no CT images.</source>
        <translation>서버가 영상을 모두 보내지 못했습니다. CT 영상이 아닌 것이 있을 수 있습니다.</translation>
    </message>
    <message>
        <source>The archive does not know this kind of application.</source>
        <translation>서버가 이런 종류의 프로그램을 알지 못합니다.</translation>
    </message>
    <message>
        <source>The archive does not know us.</source>
        <translation>서버에 이 프로그램이 등록되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>The archive does not offer C-GET.</source>
        <translation>서버가 C-GET을 지원하지 않습니다.</translation>
    </message>
    <message>
        <source>The archive does not offer C-MOVE.</source>
        <translation>서버가 C-MOVE를 지원하지 않습니다.</translation>
    </message>
    <message>
        <source>The archive does not take this kind of image.</source>
        <translation>서버가 이런 종류의 영상을 받지 않습니다.</translation>
    </message>
    <message>
        <source>The archive had this image already.</source>
        <translation>서버에 이미 있는 영상입니다.</translation>
    </message>
    <message>
        <source>The archive has too many connections.</source>
        <translation>서버의 연결이 너무 많습니다.</translation>
    </message>
    <message>
        <source>The archive is busy.</source>
        <translation>서버가 바쁩니다.</translation>
    </message>
    <message>
        <source>The archive is out of space or other resources.</source>
        <translation>서버의 저장 공간이나 자원이 부족합니다.</translation>
    </message>
    <message>
        <source>The archive sends more than a series can hold.</source>
        <translation>서버가 한 시리즈가 담을 수 있는 것보다 많이 보냅니다.</translation>
    </message>
    <message>
        <source>The archive sent an image that was not asked for.</source>
        <translation>서버가 요청하지 않은 영상을 보냈습니다.</translation>
    </message>
    <message>
        <source>The archive speaks another version of the protocol.</source>
        <translation>서버의 프로토콜 버전이 다릅니다.</translation>
    </message>
    <message>
        <source>The archive takes no transfer syntax that we can offer.</source>
        <translation>서버가 이 프로그램이 제공하는 전송 구문을 받지 않습니다.</translation>
    </message>
    <message>
        <source>The file changed while it was being sent.</source>
        <translation>보내는 동안 파일이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>The folder to watch and the service&apos;s folders must be apart.</source>
        <translation>감시할 폴더와 서비스 폴더는 서로 달라야 합니다.</translation>
    </message>
    <message>
        <source>The folder to watch does not exist.</source>
        <translation>감시할 폴더가 없습니다.</translation>
    </message>
    <message>
        <source>The host does not answer.</source>
        <translation>호스트가 응답하지 않습니다.</translation>
    </message>
    <message>
        <source>The host must be a name or an address, without spaces or slashes.</source>
        <translation>호스트는 빈칸이나 빗금이 없는 이름 또는 주소여야 합니다.</translation>
    </message>
    <message>
        <source>The name of a node holds a character that cannot be printed.</source>
        <translation>서버 이름에 표시할 수 없는 문자가 있습니다.</translation>
    </message>
    <message>
        <source>The output folder cannot be made.</source>
        <translation>출력 폴더를 만들 수 없습니다.</translation>
    </message>
    <message>
        <source>The queue cannot be read.</source>
        <translation>대기열을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>There is no node of this name.</source>
        <translation>이런 이름의 서버가 없습니다.</translation>
    </message>
    <message>
        <source>There is no such certificate file.</source>
        <translation>그런 인증서 파일이 없습니다.</translation>
    </message>
    <message>
        <source>There is no such job in the queue.</source>
        <translation>대기열에 그런 작업이 없습니다.</translation>
    </message>
    <message>
        <source>There is nothing to send.</source>
        <translation>보낼 것이 없습니다.</translation>
    </message>
    <message>
        <source>This file cannot be read or converted for sending.</source>
        <translation>이 파일은 보내기 위해 읽거나 변환할 수 없습니다.</translation>
    </message>
    <message>
        <source>This is not the address of an archive.</source>
        <translation>서버의 주소가 아닙니다.</translation>
    </message>
    <message>
        <source>This job is no longer in the queue.</source>
        <translation>이 작업은 더 이상 대기열에 없습니다.</translation>
    </message>
    <message>
        <source>This series has no valid identifier.</source>
        <translation>이 시리즈에는 올바른 식별자가 없습니다.</translation>
    </message>
    <message>
        <source>This study has no valid identifier.</source>
        <translation>이 검사에는 올바른 식별자가 없습니다.</translation>
    </message>
    <message>
        <source>Try C-MOVE.</source>
        <translation>C-MOVE를 써 보십시오.</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>나중에 다시 시도하십시오.</translation>
    </message>
    <message>
        <source>Try again; its log may say why.</source>
        <translation>다시 시도하십시오. 서버의 로그에 까닭이 있을 수 있습니다.</translation>
    </message>
    <message>
        <source>Two nodes have the same name.</source>
        <translation>두 서버의 이름이 같습니다.</translation>
    </message>
    <message>
        <source>With TLS, C-MOVE needs a certificate of this computer.</source>
        <translation>TLS로 C-MOVE를 하려면 이 컴퓨터의 인증서가 필요합니다.</translation>
    </message>
    <message>
        <source>Keep retrieved series in</source>
        <translation>가져온 시리즈를 둘 곳</translation>
    </message>
    <message>
        <source>The retrieved series is there.</source>
        <translation>시리즈를 가져왔습니다.</translation>
    </message>
    <message>
        <source>File ▸ PACS… ▸ Retrieve opens it.</source>
        <translation>파일 ▸ PACS… ▸ 가져오기에서 엽니다.</translation>
    </message>
    <message>
        <source>No archive is known yet.</source>
        <translation>등록된 서버가 아직 없습니다.</translation>
    </message>
    <message>
        <source>Add one first.</source>
        <translation>먼저 서버를 추가하십시오.</translation>
    </message>
    <message>
        <source>Series {}, denoised {} %</source>
        <translation>시리즈 {}, 잡음 제거 {} %</translation>
    </message>
    <message>
        <source>Preparing to send {}/{}</source>
        <translation>보내기 준비 {}/{}</translation>
    </message>
    <message>
        <source>{} images wait to be sent.</source>
        <translation>영상 {}장이 보내기를 기다립니다.</translation>
    </message>
    <message>
        <source>Sending to {} failed.</source>
        <translation>{}(으)로 보내지 못했습니다.</translation>
    </message>
    <message>
        <source>File ▸ PACS… ▸ Send queue tries again.</source>
        <translation>파일 ▸ PACS… ▸ 보내기 대기열에서 다시 시도합니다.</translation>
    </message>
    <message>
        <source>Retrieving {}/{}</source>
        <translation>가져오는 중 {}/{}</translation>
    </message>
    <message>
        <source>Sending {}/{}</source>
        <translation>보내는 중 {}/{}</translation>
    </message>
</context>
<context>
    <name>PacsDialog</name>
    <message>
        <source>PACS</source>
        <translation>PACS</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Test connection</source>
        <translation>연결 시험</translation>
    </message>
    <message>
        <source>Ask the archive whether it is there and knows this program (C-ECHO)</source>
        <translation>서버가 응답하고 이 프로그램을 아는지 확인합니다 (C-ECHO)</translation>
    </message>
    <message>
        <source>Archives…</source>
        <translation>서버 설정…</translation>
    </message>
    <message>
        <source>Add, change or remove archives</source>
        <translation>서버 추가, 변경, 삭제</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>검색</translation>
    </message>
    <message>
        <source>Retrieve</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Send queue</source>
        <translation>보내기 대기열</translation>
    </message>
    <message>
        <source>No archive is known yet: “Archives…” adds one.</source>
        <translation>등록된 서버가 없습니다. “서버 설정…”에서 추가하십시오.</translation>
    </message>
    <message>
        <source>Asking {}…</source>
        <translation>{} 확인 중…</translation>
    </message>
</context>
<context>
    <name>PickerPage</name>
    <message>
        <source>Double-click or press Enter to open. F9 shows this list again later.</source>
        <translation>두 번 누르거나 Enter로 엽니다. F9를 누르면 이 목록이 다시 보입니다.</translation>
    </message>
    <message>
        <source>{} CT series</source>
        <translation>CT 시리즈 {}개</translation>
    </message>
</context>
<context>
    <name>PlaneView</name>
    <message>
        <source>{0} view, {1}</source>
        <translation>{0} 영상, {1}</translation>
    </message>
    <message>
        <source>CT picture; wheel or arrow keys change the slice.</source>
        <translation>CT 영상. 휠이나 화살표 키로 단면을 바꿉니다.</translation>
    </message>
    <message>
        <source>low-dose</source>
        <translation>저선량</translation>
    </message>
    <message>
        <source>denoised</source>
        <translation>잡음 제거</translation>
    </message>
    <message>
        <source>Delete measurement</source>
        <translation>측정 삭제</translation>
    </message>
    <message>
        <source>Change measurement</source>
        <translation>측정 변경</translation>
    </message>
    <message>
        <source>Draw measurement</source>
        <translation>측정 그리기</translation>
    </message>
    <message>
        <source>{0} cm</source>
        <translation>{0} cm</translation>
    </message>
    <message>
        <source>LOSSY</source>
        <translation>손실 압축</translation>
    </message>
    <message>
        <source>– mm: slices are irregular</source>
        <translation>– mm: 단면 간격이 고르지 않음</translation>
    </message>
    <message>
        <source>{0} mm</source>
        <translation>{0} mm</translation>
    </message>
    <message>
        <source>not denoised yet</source>
        <translation>아직 잡음 제거 전</translation>
    </message>
    <message>
        <source>no pixels</source>
        <translation>픽셀 없음</translation>
    </message>
    <message>
        <source>mean {0}   SD {1} HU</source>
        <translation>평균 {0}   표준편차 {1} HU</translation>
    </message>
    <message>
        <source>Δ mean {0} HU   SD {1} %</source>
        <translation>Δ 평균 {0} HU   표준편차 {1} %</translation>
    </message>
    <message>
        <source>min {0}   median {1}   max {2}</source>
        <translation>최소 {0}   중앙값 {1}   최대 {2}</translation>
    </message>
    <message>
        <source>{0} mm²   n {1}</source>
        <translation>{0} mm²   n {1}</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Before</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>현재</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>기준</translation>
    </message>
    <message>
        <source>Drag: window. Wheel: slice. Ctrl + wheel: zoom. Shift + drag: move. Double click: all of it.</source>
        <translation>끌기: 창 조절. 휠: 단면. Ctrl + 휠: 확대. Shift + 끌기: 이동. 두 번 클릭: 전체 보기.</translation>
    </message>
    <message>
        <source>Held-out slice</source>
        <translation>학습에서 제외한 단면</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>단면</translation>
    </message>
</context>
<context>
    <name>ProgressPage</name>
    <message>
        <source>Starting…</source>
        <translation>시작하는 중…</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>학습 과정</translation>
    </message>
    <message>
        <source>A slice it never trains on</source>
        <translation>학습에 쓰지 않는 단면</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>학습 중</translation>
    </message>
    <message>
        <source>Starting the training process…</source>
        <translation>학습 프로세스를 시작하는 중…</translation>
    </message>
    <message>
        <source>, {n} processes</source>
        <translation>, 프로세스 {n}개</translation>
    </message>
    <message>
        <source>Training {n} %</source>
        <translation>학습 {n} %</translation>
    </message>
    <message>
        <source>step {step} of {of}   ·   {elapsed} done, {left} left   ·   {speed} patches/s   ·   {memory} GB</source>
        <translation>{of}단계 중 {step}   ·   {elapsed} 경과, {left} 남음   ·   초당 패치 {speed}개   ·   {memory} GB</translation>
    </message>
    <message>
        <source>PSNR on held-out slices against the model it started from (best so far: step {n})</source>
        <translation>시작 모델과 비교한 제외 단면의 PSNR (현재 최고: {n}단계)</translation>
    </message>
    <message>
        <source>Paused at step {n}; saved.</source>
        <translation>{n}단계에서 일시 정지했으며 저장되었습니다.</translation>
    </message>
    <message>
        <source>Training paused</source>
        <translation>학습 일시 정지</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>Look in:</source>
        <translation>위치:</translation>
    </message>
    <message>
        <source>Files of type:</source>
        <translation>파일 형식:</translation>
    </message>
    <message>
        <source>Directory:</source>
        <translation>폴더:</translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <source>Send queue</source>
        <translation>보내기 대기열</translation>
    </message>
    <message>
        <source>Nothing waits to be sent.</source>
        <translation>보내기를 기다리는 것이 없습니다.</translation>
    </message>
    <message>
        <source>Try again now</source>
        <translation>지금 다시 시도</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>시각</translation>
    </message>
    <message>
        <source>What</source>
        <translation>내용</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>영상 수</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>대기</translation>
    </message>
    <message>
        <source>sending</source>
        <translation>보내는 중</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>보냄</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>next try {}</source>
        <translation>다음 시도 {}</translation>
    </message>
    <message>
        <source>{} stored with a remark</source>
        <translation>{}장은 경고와 함께 저장됨</translation>
    </message>
    <message>
        <source>{} refused</source>
        <translation>{}장 거부됨</translation>
    </message>
    <message>
        <source>{} job(s) are not sent yet. Remove them from the queue?</source>
        <translation>아직 보내지 않은 작업이 {}개 있습니다. 대기열에서 지울까요?</translation>
    </message>
    <message>
        <source>{} of {} wait; sending goes on after a restart.</source>
        <translation>{}개 대기 (전체 {}개). 프로그램을 다시 시작해도 이어서 보냅니다.</translation>
    </message>
</context>
<context>
    <name>Reading</name>
    <message>
        <source>8 bit values (a label map or a picture)</source>
        <translation>8비트 값(라벨 또는 그림)</translation>
    </message>
    <message>
        <source>A DICOM object without an image (report, plan, state …).</source>
        <translation>영상이 없는 DICOM 파일(보고서, 계획, 표시 상태 등)입니다.</translation>
    </message>
    <message>
        <source>A colour image, not CT values.</source>
        <translation>CT 값이 아닌 컬러 영상입니다.</translation>
    </message>
    <message>
        <source>A dose report or screen page.</source>
        <translation>선량 보고서 또는 화면 페이지입니다.</translation>
    </message>
    <message>
        <source>A localizer (scout) image.</source>
        <translation>위치 결정(스카우트) 영상입니다.</translation>
    </message>
    <message>
        <source>A number in the header is not a valid number.</source>
        <translation>헤더의 숫자가 올바르지 않습니다.</translation>
    </message>
    <message>
        <source>A required attribute is missing.</source>
        <translation>필수 속성이 없습니다.</translation>
    </message>
    <message>
        <source>A screen capture, not CT values; it may carry burned-in text.</source>
        <translation>CT 값이 아닌 화면 캡처입니다. 영상 안에 글자가 있을 수 있습니다.</translation>
    </message>
    <message>
        <source>A single slice: no planes across it.</source>
        <translation>단면이 하나뿐이라 다른 방향의 단면을 만들 수 없습니다.</translation>
    </message>
    <message>
        <source>A source image cannot be read any more.</source>
        <translation>원본 영상을 더는 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>A symbolic link; links are not followed.</source>
        <translation>심볼릭 링크입니다. 링크는 따라가지 않습니다.</translation>
    </message>
    <message>
        <source>A volume file beside DICOM series.</source>
        <translation>DICOM 시리즈와 함께 있는 볼륨 파일입니다.</translation>
    </message>
    <message>
        <source>A written image was read back and {0}.</source>
        <translation>저장한 영상을 다시 읽어 확인한 결과 문제가 있습니다: {0}.</translation>
    </message>
    <message>
        <source>ACR-NEMA, from before DICOM</source>
        <translation>DICOM 이전의 ACR-NEMA</translation>
    </message>
    <message>
        <source>An archive inside an archive inside an archive.</source>
        <translation>압축 파일이 여러 겹으로 들어 있습니다.</translation>
    </message>
    <message>
        <source>An encrypted archive member.</source>
        <translation>압축 파일 안의 항목이 암호화되어 있습니다.</translation>
    </message>
    <message>
        <source>An identical copy of another file.</source>
        <translation>다른 파일과 똑같은 사본입니다.</translation>
    </message>
    <message>
        <source>An index (DICOMDIR); the images are found by their content.</source>
        <translation>색인(DICOMDIR)입니다. 영상은 내용을 보고 찾습니다.</translation>
    </message>
    <message>
        <source>Ask for read access to it.</source>
        <translation>읽기 권한을 요청하십시오.</translation>
    </message>
    <message>
        <source>Ask for the complete file.</source>
        <translation>온전한 파일을 다시 요청하십시오.</translation>
    </message>
    <message>
        <source>Ask for the file again.</source>
        <translation>파일을 다시 요청하십시오.</translation>
    </message>
    <message>
        <source>Ask for the file again. If it happens again, the file may be made to do harm.</source>
        <translation>파일을 다시 요청하십시오. 또 일어나면 해를 끼치려고 만든 파일일 수 있습니다.</translation>
    </message>
    <message>
        <source>Ask for the original CT series.</source>
        <translation>원본 CT 시리즈를 요청하십시오.</translation>
    </message>
    <message>
        <source>Ask for the series with rescale slope and intercept.</source>
        <translation>Rescale slope와 intercept가 있는 시리즈를 요청하십시오.</translation>
    </message>
    <message>
        <source>Check free space and permission of the folder.</source>
        <translation>폴더의 여유 공간과 권한을 확인하십시오.</translation>
    </message>
    <message>
        <source>Check that the disk or network folder is still connected.</source>
        <translation>디스크나 네트워크 폴더가 아직 연결되어 있는지 확인하십시오.</translation>
    </message>
    <message>
        <source>Check the disk or copy the files elsewhere.</source>
        <translation>디스크를 확인하거나 파일을 다른 곳에 복사하십시오.</translation>
    </message>
    <message>
        <source>Check the disk or the network and open it again.</source>
        <translation>디스크나 네트워크를 확인하고 다시 여십시오.</translation>
    </message>
    <message>
        <source>Check the file with the program that made it.</source>
        <translation>파일을 만든 프로그램으로 확인하십시오.</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>그 파일을 확인하십시오.</translation>
    </message>
    <message>
        <source>Choose a folder that is neither inside the source folder nor around it.</source>
        <translation>원본 폴더의 안이나 그 상위 폴더가 아닌 다른 폴더를 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose a folder you may write to.</source>
        <translation>쓸 수 있는 폴더를 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose a model made by this program, or the one that came with it.</source>
        <translation>이 프로그램이 만든 모델이나 함께 제공된 모델을 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose a new folder name.</source>
        <translation>새 폴더 이름을 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose a new name.</source>
        <translation>새 이름을 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>다른 폴더를 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose another name or allow overwriting.</source>
        <translation>다른 이름을 선택하거나 덮어쓰기를 허용하십시오.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>다른 이름을 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the images.</source>
        <translation>영상이 들어 있는 폴더를 선택하십시오.</translation>
    </message>
    <message>
        <source>Close other programs or open a part of it.</source>
        <translation>다른 프로그램을 닫거나 일부만 여십시오.</translation>
    </message>
    <message>
        <source>Copy both files again from their source.</source>
        <translation>두 파일을 원본에서 다시 복사하십시오.</translation>
    </message>
    <message>
        <source>Copy it again from its origin.</source>
        <translation>원본에서 다시 복사하십시오.</translation>
    </message>
    <message>
        <source>Copy it again from its source.</source>
        <translation>원본에서 다시 복사하십시오.</translation>
    </message>
    <message>
        <source>Copy it again or unpack it by hand.</source>
        <translation>다시 복사하거나 직접 압축을 푸십시오.</translation>
    </message>
    <message>
        <source>Copy or send it again.</source>
        <translation>다시 복사하거나 전송하십시오.</translation>
    </message>
    <message>
        <source>Copy or send the file again.</source>
        <translation>파일을 다시 복사하거나 전송하십시오.</translation>
    </message>
    <message>
        <source>Decoding the image took too long and was stopped.</source>
        <translation>영상 압축 해제가 너무 오래 걸려 멈췄습니다.</translation>
    </message>
    <message>
        <source>Delete the file.</source>
        <translation>그 파일을 지우십시오.</translation>
    </message>
    <message>
        <source>Every image names a study or frame of reference of its own; their positions are taken to share one.</source>
        <translation>영상마다 검사 또는 기준 좌표계가 다르게 적혀 있어, 위치가 같은 좌표계에 있다고 보고 표시합니다.</translation>
    </message>
    <message>
        <source>Export as DICOM, which keeps every slice&apos;s own position.</source>
        <translation>단면마다 위치가 남는 DICOM으로 내보내십시오.</translation>
    </message>
    <message>
        <source>Fast</source>
        <translation>빠름</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>파일 이름이 너무 김</translation>
    </message>
    <message>
        <source>Files without the DICOM preamble; read after a plausibility check.</source>
        <translation>DICOM 머리말(preamble)이 없는 파일이며, 타당성을 확인하고 읽었습니다.</translation>
    </message>
    <message>
        <source>Folders nested too deeply.</source>
        <translation>폴더가 너무 깊게 들어 있습니다.</translation>
    </message>
    <message>
        <source>Free some space or choose another disk.</source>
        <translation>공간을 확보하거나 다른 디스크를 선택하십시오.</translation>
    </message>
    <message>
        <source>Have the archive send it uncompressed.</source>
        <translation>PACS에서 비압축으로 다시 받으십시오.</translation>
    </message>
    <message>
        <source>Identical copies were ignored.</source>
        <translation>똑같은 사본은 제외했습니다.</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>입출력 오류</translation>
    </message>
    <message>
        <source>Installed models: {0}.</source>
        <translation>설치된 모델: {0}.</translation>
    </message>
    <message>
        <source>Invalid argument</source>
        <translation>잘못된 값</translation>
    </message>
    <message>
        <source>It needs about 130 MB of free space in the cache folder; LDCT_CACHE_DIR can name another.</source>
        <translation>캐시 폴더에 약 130 MB의 여유 공간이 필요합니다. LDCT_CACHE_DIR로 다른 폴더를 정할 수 있습니다.</translation>
    </message>
    <message>
        <source>JP2 box</source>
        <translation>JP2 상자</translation>
    </message>
    <message>
        <source>JP2 file without a code stream</source>
        <translation>JP2 파일에 압축 데이터가 없음</translation>
    </message>
    <message>
        <source>JPEG 2000 tiles</source>
        <translation>JPEG 2000 타일 수</translation>
    </message>
    <message>
        <source>JPEG 2000 tiling</source>
        <translation>JPEG 2000 타일 배치</translation>
    </message>
    <message>
        <source>JPEG picture</source>
        <translation>JPEG 그림</translation>
    </message>
    <message>
        <source>JPEG process {0} does not fit the syntax</source>
        <translation>JPEG 방식 {0}이(가) 전송 구문과 맞지 않음</translation>
    </message>
    <message>
        <source>Lossy compressed source: fine texture may be lost already.</source>
        <translation>손실 압축된 원본이라 미세한 결이 이미 사라졌을 수 있습니다.</translation>
    </message>
    <message>
        <source>Modality LUT Type {0}</source>
        <translation>Modality LUT 종류 {0}</translation>
    </message>
    <message>
        <source>Modality {0}</source>
        <translation>Modality {0}</translation>
    </message>
    <message>
        <source>No CT series found.</source>
        <translation>CT 시리즈가 없습니다.</translation>
    </message>
    <message>
        <source>No denoising model is installed.</source>
        <translation>설치된 잡음 제거 모델이 없습니다.</translation>
    </message>
    <message>
        <source>No permission to read.</source>
        <translation>읽을 권한이 없습니다.</translation>
    </message>
    <message>
        <source>No slice could be read. {0}</source>
        <translation>읽을 수 있는 단면이 없습니다. {0}</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>저장 공간 없음</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>그런 파일이나 폴더가 없음</translation>
    </message>
    <message>
        <source>Not a CT image.</source>
        <translation>CT 영상이 아닙니다.</translation>
    </message>
    <message>
        <source>Not a DICOM file.</source>
        <translation>DICOM 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>Not an ordinary file (device, pipe or socket).</source>
        <translation>일반 파일이 아닙니다(장치, 파이프, 소켓).</translation>
    </message>
    <message>
        <source>Not enough free space: {0} MB are needed, {1} MB are free.</source>
        <translation>여유 공간이 부족합니다. {0} MB가 필요하지만 {1} MB가 남아 있습니다.</translation>
    </message>
    <message>
        <source>Nothing was left behind.</source>
        <translation>아무것도 남기지 않았습니다.</translation>
    </message>
    <message>
        <source>Nothing was written.</source>
        <translation>아무것도 저장하지 않았습니다.</translation>
    </message>
    <message>
        <source>Only CT is shown and denoised.</source>
        <translation>CT만 표시하고 잡음을 제거합니다.</translation>
    </message>
    <message>
        <source>Only HU images can be denoised.</source>
        <translation>HU 영상만 잡음을 제거할 수 있습니다.</translation>
    </message>
    <message>
        <source>Open a smaller folder.</source>
        <translation>더 작은 폴더를 여십시오.</translation>
    </message>
    <message>
        <source>Open it by itself.</source>
        <translation>그 파일만 따로 여십시오.</translation>
    </message>
    <message>
        <source>Open its target itself.</source>
        <translation>링크가 가리키는 곳을 직접 여십시오.</translation>
    </message>
    <message>
        <source>Open one of them by itself, or ask for the series again.</source>
        <translation>그중 하나만 따로 열거나 시리즈를 다시 요청하십시오.</translation>
    </message>
    <message>
        <source>Open single slices; planes across them would be false.</source>
        <translation>단면을 하나씩 여십시오. 다른 방향의 단면은 올바르지 않게 됩니다.</translation>
    </message>
    <message>
        <source>Open the inner folder itself.</source>
        <translation>안쪽 폴더를 직접 여십시오.</translation>
    </message>
    <message>
        <source>Open the series again and repeat the export.</source>
        <translation>시리즈를 다시 열어 내보내십시오.</translation>
    </message>
    <message>
        <source>PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>PNG picture</source>
        <translation>PNG 그림</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>권한 없음</translation>
    </message>
    <message>
        <source>Put {0} beside it.</source>
        <translation>{0} 파일을 같은 폴더에 두십시오.</translation>
    </message>
    <message>
        <source>RLE header with {0} segments</source>
        <translation>RLE 헤더의 세그먼트 {0}개</translation>
    </message>
    <message>
        <source>RLE segment longer than the image</source>
        <translation>RLE 세그먼트가 영상보다 김</translation>
    </message>
    <message>
        <source>RLE segment of {0} instead of {1} bytes</source>
        <translation>RLE 세그먼트가 {1}바이트가 아니라 {0}바이트</translation>
    </message>
    <message>
        <source>RLE segment table</source>
        <translation>RLE 세그먼트 표</translation>
    </message>
    <message>
        <source>Re-send it as 16 bit greyscale.</source>
        <translation>16비트 흑백으로 다시 전송하십시오.</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>읽기 전용 파일 시스템</translation>
    </message>
    <message>
        <source>Reinstall LDCT Viewer.</source>
        <translation>LDCT Viewer를 다시 설치하십시오.</translation>
    </message>
    <message>
        <source>Remove the wrong file and open again.</source>
        <translation>잘못된 파일을 빼고 다시 여십시오.</translation>
    </message>
    <message>
        <source>Rescale slope or intercept is missing, so the values are not known to be HU.</source>
        <translation>Rescale slope 또는 intercept가 없어 값이 HU인지 알 수 없습니다.</translation>
    </message>
    <message>
        <source>Rescale slope or intercept is not usable.</source>
        <translation>Rescale slope 또는 intercept를 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Save it as NIfTI, NRRD or MetaImage instead.</source>
        <translation>대신 NIfTI, NRRD 또는 MetaImage로 저장하십시오.</translation>
    </message>
    <message>
        <source>See its warnings.</source>
        <translation>시리즈의 경고를 보십시오.</translation>
    </message>
    <message>
        <source>Send the original CT series instead.</source>
        <translation>원본 CT 시리즈를 보내십시오.</translation>
    </message>
    <message>
        <source>Sequences nested too deeply.</source>
        <translation>시퀀스가 너무 깊게 들어 있습니다.</translation>
    </message>
    <message>
        <source>Several different images lie at the same position and nothing tells them apart.</source>
        <translation>같은 위치에 서로 다른 영상이 여럿 있고 구별할 방법이 없습니다.</translation>
    </message>
    <message>
        <source>Something unexpected went wrong: {0}: {1}</source>
        <translation>예상하지 못한 문제가 생겼습니다: {0}: {1}</translation>
    </message>
    <message>
        <source>Stale file handle</source>
        <translation>네트워크 파일의 연결이 끊어짐</translation>
    </message>
    <message>
        <source>Tensor {0} has shape {1}, not {2}.</source>
        <translation>텐서 {0}의 모양이 {2}이(가) 아니라 {1}입니다.</translation>
    </message>
    <message>
        <source>Tensor {0} is not float32.</source>
        <translation>텐서 {0}의 자료형이 32비트 부동소수점이 아닙니다.</translation>
    </message>
    <message>
        <source>The card has format version {0}; this program reads {1}.</source>
        <translation>모델 카드의 형식 버전은 {0}이고, 이 프로그램이 읽는 버전은 {1}입니다.</translation>
    </message>
    <message>
        <source>The card&apos;s architecture is unknown: {0}.</source>
        <translation>모델 카드의 신경망 구조를 알 수 없습니다: {0}.</translation>
    </message>
    <message>
        <source>The demo could not be written: {0}.</source>
        <translation>데모 영상을 저장하지 못했습니다: {0}.</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>디스크가 가득 찼습니다.</translation>
    </message>
    <message>
        <source>The disk may be faulty; try another one.</source>
        <translation>디스크에 결함이 있을 수 있으니 다른 디스크를 쓰십시오.</translation>
    </message>
    <message>
        <source>The faster of the two: a residual U-Net that sees three neighbouring slices, trained on CT scans and drawn anatomy under simulated low-dose noise. Research use, not for diagnosis.</source>
        <translation>둘 중 빠른 모델입니다. 이웃한 단면 세 장을 함께 보는 잔차 U-Net으로, CT 영상과 그려 만든 해부 구조에 모의 저선량 잡음을 더해 학습했습니다. 연구용이며 진단용이 아닙니다.</translation>
    </message>
    <message>
        <source>The file appeared meanwhile.</source>
        <translation>그사이에 같은 이름의 파일이 생겼습니다.</translation>
    </message>
    <message>
        <source>The file could not be written: {0}.</source>
        <translation>파일을 저장하지 못했습니다: {0}.</translation>
    </message>
    <message>
        <source>The file exists already.</source>
        <translation>파일이 이미 있습니다.</translation>
    </message>
    <message>
        <source>The folder appeared meanwhile.</source>
        <translation>그사이에 같은 이름의 폴더가 생겼습니다.</translation>
    </message>
    <message>
        <source>The folder exists already.</source>
        <translation>폴더가 이미 있습니다.</translation>
    </message>
    <message>
        <source>The folder exists already; nothing is ever overwritten.</source>
        <translation>폴더가 이미 있습니다. 덮어쓰지 않습니다.</translation>
    </message>
    <message>
        <source>The folder is empty.</source>
        <translation>빈 폴더입니다.</translation>
    </message>
    <message>
        <source>The gantry was tilted: {0}°; planes across slices are shown sheared.</source>
        <translation>갠트리가 {0}° 기울어져 있어 다른 방향의 단면은 기울어진 채로 표시됩니다.</translation>
    </message>
    <message>
        <source>The key of de-identified exports cannot be used.</source>
        <translation>비식별화 내보내기의 키를 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>The key of de-identified exports is damaged.</source>
        <translation>비식별화 내보내기의 키가 손상되었습니다.</translation>
    </message>
    <message>
        <source>The model card cannot be read: {0}.</source>
        <translation>모델 카드를 읽지 못했습니다: {0}.</translation>
    </message>
    <message>
        <source>The model card is incomplete: {0}.</source>
        <translation>모델 카드에 빠진 내용이 있습니다: {0}.</translation>
    </message>
    <message>
        <source>The model card is not valid JSON.</source>
        <translation>모델 카드가 올바른 JSON이 아닙니다.</translation>
    </message>
    <message>
        <source>The model card is too large to be one.</source>
        <translation>모델 카드라고 하기에는 파일이 너무 큽니다.</translation>
    </message>
    <message>
        <source>The model card was changed or is damaged (SHA-256 differs).</source>
        <translation>모델 카드가 바뀌었거나 손상되었습니다(SHA-256이 다름).</translation>
    </message>
    <message>
        <source>The model has no card.</source>
        <translation>모델 카드가 없습니다.</translation>
    </message>
    <message>
        <source>The more thorough of the two, and the slower: a residual U-Net that sees three neighbouring slices, trained on CT scans and drawn anatomy under simulated low-dose noise. Research use, not for diagnosis.</source>
        <translation>둘 중 더 꼼꼼하지만 느린 모델입니다. 이웃한 단면 세 장을 함께 보는 잔차 U-Net으로, CT 영상과 그려 만든 해부 구조에 모의 저선량 잡음을 더해 학습했습니다. 연구용이며 진단용이 아닙니다.</translation>
    </message>
    <message>
        <source>The slices are not equally spaced: steps from {0} to {1} mm, median {2} mm; shown at their true positions.</source>
        <translation>단면 간격이 일정하지 않습니다: 간격 {0}–{1} mm, 중앙값 {2} mm. 실제 위치에 표시합니다.</translation>
    </message>
    <message>
        <source>7-Zip archive</source>
        <translation>7-Zip 압축 파일</translation>
    </message>
    <message>
        <source>An archive of a kind that is not opened.</source>
        <translation>열 수 없는 종류의 압축 파일입니다.</translation>
    </message>
    <message>
        <source>Available: {0}.</source>
        <translation>사용할 수 있는 장치: {0}.</translation>
    </message>
    <message>
        <source>Choose another device.</source>
        <translation>다른 연산 장치를 선택하십시오.</translation>
    </message>
    <message>
        <source>Damaged attributes of the source were left out: {0}.</source>
        <translation>원본의 손상된 속성을 제외했습니다: {0}.</translation>
    </message>
    <message>
        <source>Denoising on {0} failed: {1}</source>
        <translation>{0}에서 잡음 제거에 실패했습니다: {1}</translation>
    </message>
    <message>
        <source>GE private big endian pixels</source>
        <translation>GE 고유의 빅 엔디언 화소</translation>
    </message>
    <message>
        <source>Help ▸ Show log has the details.</source>
        <translation>자세한 내용은 도움말 ▸ 로그 보기에 있습니다.</translation>
    </message>
    <message>
        <source>Local {0}, {1}</source>
        <translation>로컬 {0}, {1}</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>화질 우선</translation>
    </message>
    <message>
        <source>RAR archive</source>
        <translation>RAR 압축 파일</translation>
    </message>
    <message>
        <source>Several phases in one series, told apart only by the order of their numbers or times.</source>
        <translation>한 시리즈에 여러 위상이 있어 번호나 시각의 순서만으로 나누었습니다.</translation>
    </message>
    <message>
        <source>Slices are missing.</source>
        <translation>빠진 단면이 있습니다.</translation>
    </message>
    <message>
        <source>Something unexpected went wrong: {0}.</source>
        <translation>예상하지 못한 문제가 생겼습니다: {0}.</translation>
    </message>
    <message>
        <source>Start the program again. If it stays so, look whether a virus scanner holds it back.</source>
        <translation>프로그램을 다시 시작하십시오. 계속되면 백신 프로그램이 막는지 확인하십시오.</translation>
    </message>
    <message>
        <source>Text may be burned into the image.</source>
        <translation>영상 안에 글자가 새겨져 있을 수 있습니다.</translation>
    </message>
    <message>
        <source>Text may be burned into the source&apos;s pixels; it is in the new ones too.</source>
        <translation>원본 픽셀에 글자가 새겨져 있을 수 있으며, 새 영상에도 남아 있습니다.</translation>
    </message>
    <message>
        <source>The DICOM structure is damaged.</source>
        <translation>DICOM 구조가 손상되었습니다.</translation>
    </message>
    <message>
        <source>The Modality LUT of the file cannot be used.</source>
        <translation>파일의 Modality LUT를 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>The archive is damaged.</source>
        <translation>압축 파일이 손상되었습니다.</translation>
    </message>
    <message>
        <source>The character set of the names is not declared; shown by guess.</source>
        <translation>이름의 문자 집합이 적혀 있지 않아 추정하여 표시합니다.</translation>
    </message>
    <message>
        <source>The compressed image is damaged.</source>
        <translation>압축된 영상이 손상되었습니다.</translation>
    </message>
    <message>
        <source>The decoder could not be started, so compressed images cannot be read.</source>
        <translation>압축 해제기를 시작하지 못해 압축된 영상을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>The description has letters outside the source&apos;s character set.</source>
        <translation>설명에 원본 문자 집합에 없는 글자가 있습니다.</translation>
    </message>
    <message>
        <source>The disk could not be read.</source>
        <translation>디스크를 읽지 못했습니다.</translation>
    </message>
    <message>
        <source>The file changed while it was being read.</source>
        <translation>읽는 동안 파일이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>The file claims an absurd size.</source>
        <translation>파일에 적힌 크기가 터무니없습니다.</translation>
    </message>
    <message>
        <source>The file does not say its unit; its values are taken as HU.</source>
        <translation>파일에 단위가 적혀 있지 않아 값을 HU로 봅니다.</translation>
    </message>
    <message>
        <source>The file has no pixel data.</source>
        <translation>파일에 화소 데이터가 없습니다.</translation>
    </message>
    <message>
        <source>The file is cut off.</source>
        <translation>파일이 중간에서 잘렸습니다.</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>빈 파일입니다.</translation>
    </message>
    <message>
        <source>The file is gone, or its disk is.</source>
        <translation>파일이나 디스크가 사라졌습니다.</translation>
    </message>
    <message>
        <source>The file is not trustworthy; do not use it.</source>
        <translation>믿을 수 없는 파일입니다. 사용하지 마십시오.</translation>
    </message>
    <message>
        <source>The file unpacks to an absurd size.</source>
        <translation>압축을 풀면 터무니없이 커지는 파일입니다.</translation>
    </message>
    <message>
        <source>The gantry was tilted; planes across slices are shown sheared.</source>
        <translation>갠트리가 기울어져 있어 다른 방향의 단면은 기울어진 채로 표시됩니다.</translation>
    </message>
    <message>
        <source>The header names a wrong transfer syntax; read as what the bytes are.</source>
        <translation>헤더의 전송 구문이 틀려 실제 내용대로 읽었습니다.</translation>
    </message>
    <message>
        <source>The image UIDs are blank; those of the file&apos;s own label are used.</source>
        <translation>영상 UID가 비어 있어 파일 메타 정보의 UID를 씁니다.</translation>
    </message>
    <message>
        <source>The image is so damaged that its decoder crashed.</source>
        <translation>영상이 심하게 손상되어 압축 해제기가 멈췄습니다.</translation>
    </message>
    <message>
        <source>The new series would be mixed with the original images.</source>
        <translation>새 시리즈가 원본 영상과 섞이게 됩니다.</translation>
    </message>
    <message>
        <source>The picture could not be saved.</source>
        <translation>그림을 저장하지 못했습니다.</translation>
    </message>
    <message>
        <source>The picture could not be saved: {0}.</source>
        <translation>그림을 저장하지 못했습니다: {0}.</translation>
    </message>
    <message>
        <source>The pixel data do not fit the image size.</source>
        <translation>화소 데이터가 영상 크기와 맞지 않습니다.</translation>
    </message>
    <message>
        <source>The position or orientation is not valid.</source>
        <translation>위치 또는 방향이 올바르지 않습니다.</translation>
    </message>
    <message>
        <source>The series could not be written: {0}.</source>
        <translation>시리즈를 저장하지 못했습니다: {0}.</translation>
    </message>
    <message>
        <source>The series does not fit into memory.</source>
        <translation>시리즈가 메모리에 들어가지 않습니다.</translation>
    </message>
    <message>
        <source>The slices are not equally spaced; shown at their true positions.</source>
        <translation>단면 간격이 일정하지 않아 실제 위치에 표시합니다.</translation>
    </message>
    <message>
        <source>The slices are not equally spaced; this file format cannot say that.</source>
        <translation>단면 간격이 일정하지 않은데, 이 파일 형식으로는 그것을 나타낼 수 없습니다.</translation>
    </message>
    <message>
        <source>The slices are tilted: programs built on ITK refuse NIfTI with such axes; NRRD and MetaImage they read.</source>
        <translation>단면이 기울어져 있습니다. ITK 기반 프로그램은 이런 축의 NIfTI를 열지 않지만 NRRD와 MetaImage는 읽습니다.</translation>
    </message>
    <message>
        <source>The slices do not form a straight stack.</source>
        <translation>단면들이 한 줄로 쌓이지 않습니다.</translation>
    </message>
    <message>
        <source>The source has no {0}; new ones were made.</source>
        <translation>원본에 {0} 항목이 없어 새로 만들었습니다.</translation>
    </message>
    <message>
        <source>The source image {0} changed or vanished since the series was opened.</source>
        <translation>시리즈를 연 뒤 원본 영상 {0} 파일이 바뀌거나 사라졌습니다.</translation>
    </message>
    <message>
        <source>The source image {0} changed or vanished while the series was written.</source>
        <translation>시리즈를 저장하는 동안 원본 영상 {0} 파일이 바뀌거나 사라졌습니다.</translation>
    </message>
    <message>
        <source>The source is multi-frame; written as one CT image a slice.</source>
        <translation>원본이 다중 프레임이므로 단면마다 CT 영상 한 장으로 저장했습니다.</translation>
    </message>
    <message>
        <source>The source was lossy compressed; the new series says so too.</source>
        <translation>원본이 손실 압축되었으며, 새 시리즈에도 그렇게 표시했습니다.</translation>
    </message>
    <message>
        <source>The target folder cannot be reached.</source>
        <translation>대상 폴더에 접근할 수 없습니다.</translation>
    </message>
    <message>
        <source>The values are not Hounsfield units.</source>
        <translation>값이 HU가 아닙니다.</translation>
    </message>
    <message>
        <source>The volume file could not be read.</source>
        <translation>볼륨 파일을 읽지 못했습니다.</translation>
    </message>
    <message>
        <source>The weights are of another network: {0}.</source>
        <translation>다른 신경망의 가중치입니다: {0}.</translation>
    </message>
    <message>
        <source>The weights cannot be read: {0}.</source>
        <translation>가중치 파일을 읽지 못했습니다: {0}.</translation>
    </message>
    <message>
        <source>The weights do not match their card (SHA-256 differs): the file is damaged or was exchanged.</source>
        <translation>가중치가 모델 카드와 맞지 않습니다(SHA-256이 다름). 파일이 손상되었거나 바뀌었습니다.</translation>
    </message>
    <message>
        <source>The weights file is damaged: {0}.</source>
        <translation>가중치 파일이 손상되었습니다: {0}.</translation>
    </message>
    <message>
        <source>The weights file is too large to be one of this program.</source>
        <translation>이 프로그램의 가중치 파일이라고 하기에는 너무 큽니다.</translation>
    </message>
    <message>
        <source>The weights hold values that are not numbers.</source>
        <translation>가중치에 숫자가 아닌 값이 있습니다.</translation>
    </message>
    <message>
        <source>There is no device {0} on this machine.</source>
        <translation>이 컴퓨터에는 {0} 연산 장치가 없습니다.</translation>
    </message>
    <message>
        <source>There is no series {0}; {1} were found.</source>
        <translation>{0}번 시리즈가 없습니다. 찾은 시리즈는 {1}개입니다.</translation>
    </message>
    <message>
        <source>There is no such model.</source>
        <translation>그런 모델이 없습니다.</translation>
    </message>
    <message>
        <source>This card does not describe a model of LDCT Viewer.</source>
        <translation>LDCT Viewer의 모델 카드가 아닙니다.</translation>
    </message>
    <message>
        <source>This folder may not be written to.</source>
        <translation>이 폴더에는 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>This is not a safetensors model file; other kinds are never opened because they can run code.</source>
        <translation>safetensors 모델 파일이 아닙니다. 다른 종류는 코드를 실행할 수 있어 열지 않습니다.</translation>
    </message>
    <message>
        <source>This pixel layout is not supported.</source>
        <translation>지원하지 않는 화소 형식입니다.</translation>
    </message>
    <message>
        <source>This series did not come from DICOM files.</source>
        <translation>DICOM 파일에서 온 시리즈가 아닙니다.</translation>
    </message>
    <message>
        <source>This series has a conflict and cannot be exported.</source>
        <translation>시리즈에 충돌이 있어 내보낼 수 없습니다.</translation>
    </message>
    <message>
        <source>This transfer syntax (compression) is not supported.</source>
        <translation>지원하지 않는 전송 구문(압축 방식)입니다.</translation>
    </message>
    <message>
        <source>Too many entries; the rest was not looked at.</source>
        <translation>항목이 너무 많아 나머지는 살펴보지 않았습니다.</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>열린 파일이 너무 많음</translation>
    </message>
    <message>
        <source>Two different images carry the same identity.</source>
        <translation>서로 다른 두 영상의 식별자가 같습니다.</translation>
    </message>
    <message>
        <source>Unknown file type.</source>
        <translation>알 수 없는 파일 종류입니다.</translation>
    </message>
    <message>
        <source>Unpack it first.</source>
        <translation>먼저 압축을 푸십시오.</translation>
    </message>
    <message>
        <source>Unpack it with its password first.</source>
        <translation>먼저 암호로 압축을 푸십시오.</translation>
    </message>
    <message>
        <source>Update LDCT Viewer, or choose another model.</source>
        <translation>LDCT Viewer를 업데이트하거나 다른 모델을 선택하십시오.</translation>
    </message>
    <message>
        <source>Use one of {0}.</source>
        <translation>다음 중 하나를 쓰십시오: {0}.</translation>
    </message>
    <message>
        <source>Values beyond what 16 bit can hold were clipped.</source>
        <translation>16비트를 벗어나는 값은 잘렸습니다.</translation>
    </message>
    <message>
        <source>Values did not fit the source&apos;s bits; stored as 16 bit with a new rescale.</source>
        <translation>값이 원본의 비트 수에 맞지 않아 16비트와 새 rescale 값으로 저장했습니다.</translation>
    </message>
    <message>
        <source>Values were rounded to whole HU.</source>
        <translation>값을 정수 HU로 반올림했습니다.</translation>
    </message>
    <message>
        <source>Values were turned into HU by the file&apos;s Modality LUT.</source>
        <translation>파일의 Modality LUT로 값을 HU로 바꾸었습니다.</translation>
    </message>
    <message>
        <source>Wait until copying is done; open it again.</source>
        <translation>복사가 끝난 뒤 다시 여십시오.</translation>
    </message>
    <message>
        <source>ZIP archive</source>
        <translation>ZIP 압축 파일</translation>
    </message>
    <message>
        <source>a PU network has three levels</source>
        <translation>PU 신경망은 세 단계여야 함</translation>
    </message>
    <message>
        <source>a part of the compressed image is missing</source>
        <translation>압축된 영상의 일부가 없음</translation>
    </message>
    <message>
        <source>a progressive JPEG in several fragments cannot be proven complete</source>
        <translation>여러 조각으로 나뉜 점진적 JPEG은 온전한지 확인할 수 없음</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>그 밖에 {0}개</translation>
    </message>
    <message>
        <source>bytes are left over</source>
        <translation>남는 바이트가 있음</translation>
    </message>
    <message>
        <source>bzip2 archive</source>
        <translation>bzip2 압축 파일</translation>
    </message>
    <message>
        <source>compressed image without its end marker</source>
        <translation>압축된 영상에 끝 표시가 없음</translation>
    </message>
    <message>
        <source>compressed pixel data under an uncompressed transfer syntax</source>
        <translation>비압축 전송 구문인데 화소 데이터가 압축되어 있음</translation>
    </message>
    <message>
        <source>compressed pixel data, but the header says uncompressed</source>
        <translation>헤더에는 비압축으로 적혀 있으나 화소 데이터가 압축되어 있음</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>손상됨</translation>
    </message>
    <message>
        <source>damaged member</source>
        <translation>손상된 항목</translation>
    </message>
    <message>
        <source>deflate stream</source>
        <translation>deflate 압축 데이터</translation>
    </message>
    <message>
        <source>empty archive</source>
        <translation>빈 압축 파일</translation>
    </message>
    <message>
        <source>file meta information</source>
        <translation>파일 메타 정보</translation>
    </message>
    <message>
        <source>floating point pixels</source>
        <translation>부동소수점 화소</translation>
    </message>
    <message>
        <source>fragment</source>
        <translation>조각</translation>
    </message>
    <message>
        <source>fragments</source>
        <translation>조각 수</translation>
    </message>
    <message>
        <source>functional groups</source>
        <translation>프레임별 속성(functional group)</translation>
    </message>
    <message>
        <source>gzip archive</source>
        <translation>gzip 압축 파일</translation>
    </message>
    <message>
        <source>header</source>
        <translation>헤더</translation>
    </message>
    <message>
        <source>implicit VR in big endian</source>
        <translation>빅 엔디언의 암시적 VR</translation>
    </message>
    <message>
        <source>it claims HU, but has nothing below {0}: no air</source>
        <translation>HU라고 적혀 있지만 {0} 아래 값이 없어 공기가 없음</translation>
    </message>
    <message>
        <source>it does not rise from entry to entry</source>
        <translation>값이 차례로 커지지 않음</translation>
    </message>
    <message>
        <source>it holds values that are not numbers</source>
        <translation>숫자가 아닌 값이 들어 있음</translation>
    </message>
    <message>
        <source>it is too short</source>
        <translation>너무 짧음</translation>
    </message>
    <message>
        <source>its bytes differ</source>
        <translation>내용이 다름</translation>
    </message>
    <message>
        <source>its compression is damaged</source>
        <translation>압축이 손상됨</translation>
    </message>
    <message>
        <source>its data are in another file</source>
        <translation>데이터가 다른 파일에 있음</translation>
    </message>
    <message>
        <source>its data are in another file (.img); convert the pair to .nii</source>
        <translation>데이터가 다른 파일(.img)에 있음. 두 파일을 .nii 하나로 변환해야 함</translation>
    </message>
    <message>
        <source>its data file is not beside it</source>
        <translation>데이터 파일이 곁에 없음</translation>
    </message>
    <message>
        <source>its geometry or identity differs</source>
        <translation>위치 또는 식별자가 다름</translation>
    </message>
    <message>
        <source>its header is longer than the file</source>
        <translation>헤더가 파일보다 김</translation>
    </message>
    <message>
        <source>its header is not JSON</source>
        <translation>헤더가 JSON이 아님</translation>
    </message>
    <message>
        <source>its header is not a table</source>
        <translation>헤더가 표가 아님</translation>
    </message>
    <message>
        <source>its orientation is not that of the series</source>
        <translation>시리즈와 방향이 다름</translation>
    </message>
    <message>
        <source>its padding differs</source>
        <translation>채움 값이 다름</translation>
    </message>
    <message>
        <source>its size differs</source>
        <translation>크기가 다름</translation>
    </message>
    <message>
        <source>its table of contents alone is too large</source>
        <translation>목차만으로도 너무 큼</translation>
    </message>
    <message>
        <source>its transfer syntax differs</source>
        <translation>전송 구문이 다름</translation>
    </message>
    <message>
        <source>its values are negative, the header says they cannot be</source>
        <translation>헤더와 달리 음수 값이 있음</translation>
    </message>
    <message>
        <source>its values differ</source>
        <translation>값이 다름</translation>
    </message>
    <message>
        <source>ldct-viewer info lists them.</source>
        <translation>ldct-viewer info로 목록을 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>macOS resource file</source>
        <translation>macOS 리소스 파일</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>more than {0}</source>
        <translation>{0}개 초과</translation>
    </message>
    <message>
        <source>no frame header</source>
        <translation>프레임 헤더가 없음</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>not a JPEG 2000 code stream</source>
        <translation>JPEG 2000 데이터가 아님</translation>
    </message>
    <message>
        <source>not a JPEG stream</source>
        <translation>JPEG 데이터가 아님</translation>
    </message>
    <message>
        <source>number of attributes</source>
        <translation>속성 수</translation>
    </message>
    <message>
        <source>pixel data</source>
        <translation>화소 데이터</translation>
    </message>
    <message>
        <source>program</source>
        <translation>프로그램</translation>
    </message>
    <message>
        <source>random weights</source>
        <translation>무작위 가중치</translation>
    </message>
    <message>
        <source>recommended_strength is not within 0 and 1</source>
        <translation>recommended_strength 값이 0과 1 사이가 아님</translation>
    </message>
    <message>
        <source>sequence</source>
        <translation>시퀀스</translation>
    </message>
    <message>
        <source>several values a voxel</source>
        <translation>복셀마다 값이 여럿</translation>
    </message>
    <message>
        <source>tar archive</source>
        <translation>tar 압축 파일</translation>
    </message>
    <message>
        <source>tensor {0} does not lie in the file</source>
        <translation>텐서 {0}의 위치가 파일 안이 아님</translation>
    </message>
    <message>
        <source>tensor {0} is not described</source>
        <translation>텐서 {0}의 설명이 없음</translation>
    </message>
    <message>
        <source>the stream says {0} × {1}, {2} bit, {3} component(s)</source>
        <translation>압축 데이터에는 {0} × {1}, {2}비트, 성분 {3}개로 적혀 있음</translation>
    </message>
    <message>
        <source>there is a rescale slope too, and they cannot both be right</source>
        <translation>Rescale slope도 있어 둘 다 맞을 수 없음</translation>
    </message>
    <message>
        <source>they stray up to {0} mm from a line</source>
        <translation>직선에서 최대 {0} mm 벗어남</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>너무 큼</translation>
    </message>
    <message>
        <source>uncompressed pixel data, but the header says compressed</source>
        <translation>헤더에는 압축으로 적혀 있으나 화소 데이터가 압축되어 있지 않음</translation>
    </message>
    <message>
        <source>unknown network family {0}</source>
        <translation>알 수 없는 신경망 종류 {0}</translation>
    </message>
    <message>
        <source>unpack the archive first</source>
        <translation>먼저 압축을 풀어야 함</translation>
    </message>
    <message>
        <source>widths and block counts must be whole numbers from 1</source>
        <translation>폭과 블록 수는 1 이상의 정수여야 함</translation>
    </message>
    <message>
        <source>widths go to 256 and block counts to 4</source>
        <translation>폭은 256, 블록 수는 4까지</translation>
    </message>
    <message>
        <source>xz archive</source>
        <translation>xz 압축 파일</translation>
    </message>
    <message>
        <source>{0} ({1} GB needed).</source>
        <translation>{0} ({1} GB 필요).</translation>
    </message>
    <message>
        <source>{0} ({1} missing in {2} gaps); irregular there, shown at true positions.</source>
        <translation>{0} (틈 {2}곳, 모두 {1}장 빠짐). 그곳은 간격이 불규칙하며 실제 위치에 표시합니다.</translation>
    </message>
    <message>
        <source>{0} ({1} of {2} slices)</source>
        <translation>{0} (단면 {2}장 중 {1}장)</translation>
    </message>
    <message>
        <source>{0} ({1} slices)</source>
        <translation>{0} (단면 {1}장)</translation>
    </message>
    <message>
        <source>{0} ({1} voxels)</source>
        <translation>{0} (복셀 {1}개)</translation>
    </message>
    <message>
        <source>{0} bits allocated, {1} stored, high bit {2}</source>
        <translation>할당 {0}비트, 저장 {1}비트, 최상위 비트 {2}</translation>
    </message>
    <message>
        <source>{0} bits an entry</source>
        <translation>항목마다 {0}비트</translation>
    </message>
    <message>
        <source>{0} bytes for {1} entries</source>
        <translation>항목 {1}개에 {0}바이트</translation>
    </message>
    <message>
        <source>{0} bytes instead of {1}</source>
        <translation>{1}바이트여야 하는데 {0}바이트</translation>
    </message>
    <message>
        <source>{0} coded frames instead of {1}</source>
        <translation>압축된 프레임이 {1}개가 아니라 {0}개</translation>
    </message>
    <message>
        <source>{0} dimensions instead of 3</source>
        <translation>3차원이 아니라 {0}차원</translation>
    </message>
    <message>
        <source>{0} frames in a single-frame CT image</source>
        <translation>단일 프레임 CT 영상에 프레임 {0}개</translation>
    </message>
    <message>
        <source>{0} functional groups for {1} frames</source>
        <translation>프레임 {1}개에 프레임별 속성(functional group) {0}개</translation>
    </message>
    <message>
        <source>{0} has {1} values instead of {2}</source>
        <translation>{0} 값이 {2}개가 아니라 {1}개</translation>
    </message>
    <message>
        <source>{0} identical copies ignored.</source>
        <translation>똑같은 사본 {0}개를 제외했습니다.</translation>
    </message>
    <message>
        <source>{0} identical copy ignored.</source>
        <translation>똑같은 사본 {0}개를 제외했습니다.</translation>
    </message>
    <message>
        <source>{0} is missing</source>
        <translation>{0} 없음</translation>
    </message>
    <message>
        <source>{0} is not a number</source>
        <translation>{0} 값이 숫자가 아님</translation>
    </message>
    <message>
        <source>{0} is not a right angle</source>
        <translation>{0} 방향이 직각이 아님</translation>
    </message>
    <message>
        <source>{0} is not known</source>
        <translation>{0} 항목을 알 수 없음</translation>
    </message>
    <message>
        <source>{0} is out of memory: denoising continues on the CPU.</source>
        <translation>{0}의 메모리가 부족하여 CPU에서 잡음 제거를 계속합니다.</translation>
    </message>
    <message>
        <source>{0} is short of memory: slices are denoised {1} at a time now.</source>
        <translation>{0}의 메모리가 모자라 이제 단면을 {1}장씩 처리합니다.</translation>
    </message>
    <message>
        <source>{0} is {1}</source>
        <translation>{0} 값이 {1}</translation>
    </message>
    <message>
        <source>{0} is {1} bytes long</source>
        <translation>{0} 길이가 {1}바이트</translation>
    </message>
    <message>
        <source>{0} members</source>
        <translation>항목 {0}개</translation>
    </message>
    <message>
        <source>{0} missing slice(s) written as empty layers to keep distances true.</source>
        <translation>빠진 단면 {0}장을 빈 층으로 넣어 실제 간격을 유지했습니다.</translation>
    </message>
    <message>
        <source>{0} out of range</source>
        <translation>{0} 값이 범위를 벗어남</translation>
    </message>
    <message>
        <source>{0} series found, the largest is taken.</source>
        <translation>시리즈 {0}개 가운데 가장 큰 것을 열었습니다.</translation>
    </message>
    <message>
        <source>{0} series found, the largest is taken: {1}.</source>
        <translation>시리즈 {0}개 가운데 가장 큰 것을 열었습니다: {1}.</translation>
    </message>
    <message>
        <source>{0} slice left out. {1}</source>
        <translation>단면 {0}장을 뺐습니다. {1}</translation>
    </message>
    <message>
        <source>{0} slice missing between {1} and {2} mm</source>
        <translation>{1} ~ {2} mm 사이에 단면 {0}장 빠짐</translation>
    </message>
    <message>
        <source>{0} slice missing between {1} and {2} mm; irregular there, shown at true positions.</source>
        <translation>{1} ~ {2} mm 사이에 단면 {0}장 빠짐. 그곳은 간격이 불규칙하며 실제 위치에 표시합니다.</translation>
    </message>
    <message>
        <source>{0} slices left out. {1}</source>
        <translation>단면 {0}장을 뺐습니다. {1}</translation>
    </message>
    <message>
        <source>{0} slices missing between {1} and {2} mm</source>
        <translation>{1} ~ {2} mm 사이에 단면 {0}장 빠짐</translation>
    </message>
    <message>
        <source>{0} slices missing between {1} and {2} mm; irregular there, shown at true positions.</source>
        <translation>{1} ~ {2} mm 사이에 단면 {0}장 빠짐. 그곳은 간격이 불규칙하며 실제 위치에 표시합니다.</translation>
    </message>
    <message>
        <source>{0} tables instead of one</source>
        <translation>표가 하나가 아니라 {0}개</translation>
    </message>
    <message>
        <source>{0} voxels moved by one step off the padding value.</source>
        <translation>복셀 {0}개의 값을 채움 값과 겹치지 않게 한 단계 옮겼습니다.</translation>
    </message>
    <message>
        <source>{0} × {1} pixels</source>
        <translation>{0} × {1} 화소</translation>
    </message>
    <message>
        <source>{0} × {1} pixels in {2} bytes</source>
        <translation>{2}바이트에 {0} × {1} 화소</translation>
    </message>
    <message>
        <source>{0} × {1} pixels, {2} frames</source>
        <translation>{0} × {1} 화소, 프레임 {2}개</translation>
    </message>
    <message>
        <source>{0} × {1} × {2} voxels in {3} bytes</source>
        <translation>{3}바이트에 {0} × {1} × {2} 복셀</translation>
    </message>
    <message>
        <source>{0}, {1} cores</source>
        <translation>{0}, 코어 {1}개</translation>
    </message>
</context>
<context>
    <name>ResultPage</name>
    <message>
        <source>Trained</source>
        <translation>학습 후</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>이유</translation>
    </message>
    <message>
        <source>Figures on held-out slices</source>
        <translation>학습에서 제외한 단면의 수치</translation>
    </message>
    <message>
        <source>A slice it never trained on</source>
        <translation>학습에 쓰지 않은 단면</translation>
    </message>
    <message>
        <source>“{name}”, {steps} steps in {time}; the best state was at step {best}.</source>
        <translation>“{name}”, {time} 동안 {steps}단계 학습; 가장 좋은 상태는 {best}단계였습니다.</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>untouched</source>
        <translation>처리 전</translation>
    </message>
    <message>
        <source>starting model</source>
        <translation>시작 모델</translation>
    </message>
    <message>
        <source>trained</source>
        <translation>학습 후</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>Noise left</source>
        <translation>남은 잡음</translation>
    </message>
    <message>
        <source>Shift of {tissue}</source>
        <translation>{tissue} 변화</translation>
    </message>
</context>
<context>
    <name>RetrievePage</name>
    <message>
        <source>Retrieved series</source>
        <translation>가져온 시리즈</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Open all kept…</source>
        <translation>보관된 것 모두 열기…</translation>
    </message>
    <message>
        <source>Choose among all series ever retrieved into this folder</source>
        <translation>이 폴더로 가져온 모든 시리즈 가운데서 고릅니다</translation>
    </message>
    <message>
        <source>Keep elsewhere…</source>
        <translation>다른 곳에 두기…</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>시리즈</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>영상 수</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>대기</translation>
    </message>
    <message>
        <source>coming</source>
        <translation>받는 중</translation>
    </message>
    <message>
        <source>there</source>
        <translation>받음</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>취소됨</translation>
    </message>
    <message>
        <source>Kept in {}</source>
        <translation>저장 위치: {}</translation>
    </message>
    <message>
        <source>{} images did not come. {}</source>
        <translation>영상 {}장이 오지 않았습니다. {}</translation>
    </message>
    <message>
        <source>{} images of the retrieved series did not come.</source>
        <translation>가져온 시리즈의 영상 {}장이 오지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>SearchPage</name>
    <message>
        <source>Studies</source>
        <translation>검사</translation>
    </message>
    <message>
        <source>Series of the study</source>
        <translation>검사의 시리즈</translation>
    </message>
    <message>
        <source>Retrieve and open</source>
        <translation>가져와서 열기</translation>
    </message>
    <message>
        <source>Copy the chosen series to this computer and show them</source>
        <translation>선택한 시리즈를 이 컴퓨터로 복사하여 보여 줍니다</translation>
    </message>
    <message>
        <source>Patient ID</source>
        <translation>환자 번호</translation>
    </message>
    <message>
        <source>Patient name</source>
        <translation>환자 이름</translation>
    </message>
    <message>
        <source>* stands for any letters, ? for one. Parts of a name are found as they are.</source>
        <translation>*는 여러 글자, ?는 한 글자를 대신합니다. 이름은 일부만 입력해도 찾습니다.</translation>
    </message>
    <message>
        <source>Any kind</source>
        <translation>모든 종류</translation>
    </message>
    <message>
        <source>Modality</source>
        <translation>검사 장비</translation>
    </message>
    <message>
        <source>From</source>
        <translation>부터</translation>
    </message>
    <message>
        <source>To</source>
        <translation>까지</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7일</translation>
    </message>
    <message>
        <source>Any day</source>
        <translation>모든 날짜</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>기간 지정</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>검색</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>환자</translation>
    </message>
    <message>
        <source>Born</source>
        <translation>생년월일</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>검사일</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>설명</translation>
    </message>
    <message>
        <source>Kinds</source>
        <translation>종류</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>시리즈</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>영상 수</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>종류</translation>
    </message>
    <message>
        <source>Body part</source>
        <translation>부위</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>멈췄습니다.</translation>
    </message>
    <message>
        <source>Searching in {}…</source>
        <translation>{}에서 검색 중…</translation>
    </message>
    <message>
        <source>Try “Any day”.</source>
        <translation>“모든 날짜”로 검색해 보십시오.</translation>
    </message>
    <message>
        <source>The archive knows no such study.</source>
        <translation>서버에 그런 검사가 없습니다.</translation>
    </message>
    <message>
        <source>The newest {} studies; narrow the search to see others.</source>
        <translation>최근 검사 {}건만 표시됩니다. 다른 검사를 보려면 조건을 좁히십시오.</translation>
    </message>
    <message>
        <source>{} studies</source>
        <translation>검사 {}건</translation>
    </message>
    <message>
        <source>1 study</source>
        <translation>검사 1건</translation>
    </message>
    <message>
        <source>The archive names no series of this study.</source>
        <translation>서버가 이 검사의 시리즈를 알려 주지 않습니다.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈춤</translation>
    </message>
</context>
<context>
    <name>SeriesList</name>
    <message>
        <source>Series list</source>
        <translation>시리즈 목록</translation>
    </message>
    <message>
        <source>CT series</source>
        <translation>CT 시리즈</translation>
    </message>
    <message>
        <source>{} slices</source>
        <translation>{}단면</translation>
    </message>
    <message>
        <source>pixel {}</source>
        <translation>화소 {}</translation>
    </message>
    <message>
        <source>Cannot be opened</source>
        <translation>열 수 없음</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>준비됨</translation>
    </message>
</context>
<context>
    <name>SetupPage</name>
    <message>
        <source>Drop folders with CT series here, or choose them.</source>
        <translation>CT 시리즈 폴더를 여기에 끌어다 놓거나 선택하십시오.</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>버리기</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어서 학습</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>찾은 자료</translation>
    </message>
    <message>
        <source>Choose other folders…</source>
        <translation>다른 폴더 선택…</translation>
    </message>
    <message>
        <source>What will be done, and why</source>
        <translation>무엇을, 왜 하는지</translation>
    </message>
    <message>
        <source>Some slices are kept apart and only measured. The result is offered only if it is better on them than the model it starts from and leaves HU where they are. Your scans are only read.</source>
        <translation>일부 단면은 따로 두어 측정에만 사용합니다. 그 단면에서 시작 모델보다 좋고 HU가 그대로일 때만 결과 모델을 제공합니다. 원본 영상은 읽기만 합니다.</translation>
    </message>
    <message>
        <source>How long</source>
        <translation>학습 시간</translation>
    </message>
    <message>
        <source>5 minutes</source>
        <translation>5분</translation>
    </message>
    <message>
        <source>30 minutes</source>
        <translation>30분</translation>
    </message>
    <message>
        <source>Overnight</source>
        <translation>밤새</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>고급</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source> min</source>
        <translation>분</translation>
    </message>
    <message>
        <source>Learn from</source>
        <translation>학습 방법</translation>
    </message>
    <message>
        <source>Simulated doses</source>
        <translation>모의 선량</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>시작 모델</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Other length</source>
        <translation>다른 시간</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Random weights (needs hours)</source>
        <translation>무작위 가중치 (몇 시간 필요)</translation>
    </message>
    <message>
        <source>… and {n} more</source>
        <translation>… 외 {n}개</translation>
    </message>
    <message>
        <source>{n} files are no CT and are left out.</source>
        <translation>CT가 아닌 파일 {n}개는 제외합니다.</translation>
    </message>
    <message>
        <source>… and {n} more notes</source>
        <translation>… 외 알림 {n}개</translation>
    </message>
    <message>
        <source>8 h, </source>
        <translation>8시간, </translation>
    </message>
    <message>
        <source>{length}about {n} steps here</source>
        <translation>{length}이 컴퓨터에서 약 {n}단계</translation>
    </message>
    <message>
        <source>The speed of this computer could not be measured.</source>
        <translation>이 컴퓨터의 속도를 재지 못했습니다.</translation>
    </message>
    <message>
        <source>You chose this; the data suggest another way (see Advanced).</source>
        <translation>직접 선택한 방법입니다. 자료에는 다른 방법이 더 알맞습니다(고급 참조).</translation>
    </message>
    <message>
        <source>The learning rate is not a number.</source>
        <translation>학습률이 숫자가 아닙니다.</translation>
    </message>
    <message>
        <source>The learning rate must lie between 0 and 1.</source>
        <translation>학습률은 0과 1 사이여야 합니다.</translation>
    </message>
    <message>
        <source>Doses are written like 10%, 25%.</source>
        <translation>선량은 10%, 25%처럼 적으십시오.</translation>
    </message>
    <message>
        <source>Doses lie between 1 % and 99 %.</source>
        <translation>선량은 1 %와 99 % 사이여야 합니다.</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>휠</translation>
    </message>
    <message>
        <source>Scroll slices (Shift: ten)</source>
        <translation>단면 넘기기 (Shift: 10장)</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>왼쪽 끌기</translation>
    </message>
    <message>
        <source>The chosen tool; window width/level at first (Ctrl ×4, Shift ×¼)</source>
        <translation>선택한 도구, 처음에는 창 너비/높이 (Ctrl ×4, Shift ×¼)</translation>
    </message>
    <message>
        <source>Middle drag</source>
        <translation>가운데 끌기</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Right drag</source>
        <translation>오른쪽 끌기</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>확대</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Ctrl + 휠</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>포인터 위치에서 확대</translation>
    </message>
    <message>
        <source>Shift + move</source>
        <translation>Shift + 이동</translation>
    </message>
    <message>
        <source>Crosshair in all views</source>
        <translation>모든 영상의 십자선</translation>
    </message>
    <message>
        <source>Double-click</source>
        <translation>두 번 누르기</translation>
    </message>
    <message>
        <source>That pair fills the window, and back</source>
        <translation>그 쌍을 창에 가득 채우기, 다시 되돌리기</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>마우스</translation>
    </message>
</context>
<context>
    <name>SliceSlider</name>
    <message>
        <source>{0} slice</source>
        <translation>{0} 단면</translation>
    </message>
    <message>
        <source>Drag to scroll. Upper line: read. Lower line: denoised.</source>
        <translation>끌어서 단면을 넘깁니다. 윗줄: 읽음, 아랫줄: 잡음 제거됨.</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>What the network computes on (Denoise ▸ Device)</source>
        <translation>계산에 쓰는 장치(잡음 제거 ▸ 장치)</translation>
    </message>
    <message>
        <source>The denoising model in use (Denoise ▸ Model)</source>
        <translation>사용 중인 잡음 제거 모델(잡음 제거 ▸ 모델)</translation>
    </message>
    <message>
        <source>Pause denoising</source>
        <translation>잡음 제거 일시 정지</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Notes and ignored files</source>
        <translation>참고 사항과 제외된 파일</translation>
    </message>
    <message>
        <source>To and from the archive</source>
        <translation>PACS 송수신</translation>
    </message>
    <message>
        <source>Training on local data</source>
        <translation>보유 자료로 학습</translation>
    </message>
    <message>
        <source>Research use, not for diagnosis</source>
        <translation>연구용 · 진단에 사용 불가</translation>
    </message>
    <message>
        <source>Continue denoising</source>
        <translation>잡음 제거 계속</translation>
    </message>
    <message>
        <source>{} note(s)</source>
        <translation>참고 {}건</translation>
    </message>
    <message>
        <source>{} ignored</source>
        <translation>제외 {}개</translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <source>Window</source>
        <translation>창 설정</translation>
    </message>
    <message>
        <source>Window presets</source>
        <translation>창 프리셋</translation>
    </message>
    <message>
        <source>WW</source>
        <translation>WW</translation>
    </message>
    <message>
        <source>Window width in HU</source>
        <translation>창 너비(HU)</translation>
    </message>
    <message>
        <source>WL</source>
        <translation>WL</translation>
    </message>
    <message>
        <source>Window level (centre) in HU</source>
        <translation>창 높이(중심, HU)</translation>
    </message>
    <message>
        <source> /s</source>
        <translation> /초</translation>
    </message>
    <message>
        <source>Cine: slices a second</source>
        <translation>시네: 초당 단면 수</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>Denoising strength: low-dose + strength × (denoised − low-dose)</source>
        <translation>잡음 제거 강도: 저선량 + 강도 × (잡음 제거 − 저선량)</translation>
    </message>
    <message>
        <source>Denoising strength</source>
        <translation>잡음 제거 강도</translation>
    </message>
</context>
<context>
    <name>Train</name>
    <message>
        <source>Learn from low- and full-dose pairs</source>
        <translation>저선량·정상선량 쌍으로 학습</translation>
    </message>
    <message>
        <source>Learn from full-dose scans and simulated low dose</source>
        <translation>정상선량 영상과 모의 저선량으로 학습</translation>
    </message>
    <message>
        <source>Learn from low-dose scans alone</source>
        <translation>저선량 영상만으로 학습</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n}초</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n}분</translation>
    </message>
    <message>
        <source>{h} h {m} min</source>
        <translation>{h}시간 {m}분</translation>
    </message>
</context>
<context>
    <name>TrainCore</name>
    <message>
        <source>{n} slices</source>
        <translation>단면 {n}장</translation>
    </message>
    <message>
        <source>{n} slice</source>
        <translation>단면 {n}장</translation>
    </message>
    <message>
        <source>{n} patients</source>
        <translation>환자 {n}명</translation>
    </message>
    <message>
        <source>{n} patient</source>
        <translation>환자 {n}명</translation>
    </message>
    <message>
        <source>{n} series</source>
        <translation>시리즈 {n}개</translation>
    </message>
    <message>
        <source>{n} low/full-dose pairs</source>
        <translation>저선량·정상선량 쌍 {n}개</translation>
    </message>
    <message>
        <source>{n} low/full-dose pair</source>
        <translation>저선량·정상선량 쌍 {n}개</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n}분</translation>
    </message>
    <message>
        <source>{n} h</source>
        <translation>{n}시간</translation>
    </message>
    <message>
        <source>{slices} of {mm} mm</source>
        <translation>{mm} mm {slices}</translation>
    </message>
    <message>
        <source>{slices} of {mm} mm every {step} mm</source>
        <translation>{mm} mm {slices}({step} mm 간격)</translation>
    </message>
    <message>
        <source>kernel {name}</source>
        <translation>커널 {name}</translation>
    </message>
    <message>
        <source>{mas} mAs</source>
        <translation>{mas} mAs</translation>
    </message>
    <message>
        <source>noise {hu} HU</source>
        <translation>잡음 {hu} HU</translation>
    </message>
    <message>
        <source>“{modality}” series of {slices}</source>
        <translation>“{modality}” 시리즈({slices})</translation>
    </message>
    <message>
        <source>A {what} cannot be opened and is left out: {why}</source>
        <translation>{what}: 열 수 없어 제외했습니다. {why}</translation>
    </message>
    <message>
        <source>A {what} is not CT and is left out.</source>
        <translation>{what}: CT가 아니어서 제외했습니다.</translation>
    </message>
    <message>
        <source>A {what} is too short (fewer than {least}) and is left out.</source>
        <translation>{what}: 너무 짧아({least}장 미만) 제외했습니다.</translation>
    </message>
    <message>
        <source>A {what} has pictures of {columns} × {rows}: too small.</source>
        <translation>{what}: 영상이 {columns} × {rows}로 너무 작습니다.</translation>
    </message>
    <message>
        <source>A {what} is a derived map or already denoised and is left out.</source>
        <translation>{what}: 파생 영상이거나 이미 잡음이 제거된 영상이어서 제외했습니다.</translation>
    </message>
    <message>
        <source>A series of {slices} is there twice and used once.</source>
        <translation>같은 시리즈({slices})가 두 번 있어 한 번만 사용합니다.</translation>
    </message>
    <message>
        <source>Series {series} cannot be read and is left out.</source>
        <translation>시리즈 {series}: 읽을 수 없어 제외했습니다.</translation>
    </message>
    <message>
        <source>Series {series} has no noise at all and is left out.</source>
        <translation>시리즈 {series}: 잡음이 전혀 없어 제외했습니다.</translation>
    </message>
    <message>
        <source>Slice {slice} of series {series} is left out: {why}</source>
        <translation>시리즈 {series}의 단면 {slice}을(를) 제외했습니다: {why}</translation>
    </message>
    <message>
        <source>it is empty or of another size.</source>
        <translation>비어 있거나 크기가 다릅니다.</translation>
    </message>
    <message>
        <source>Series {low} and {full} do not show the same anatomy.</source>
        <translation>시리즈 {low}과(와) {full}은(는) 같은 부위가 아닙니다.</translation>
    </message>
    <message>
        <source>Series {low} and {full} look like a low- and full-dose pair but are shifted by {mm} mm ({across} mm across, {down} mm down): not used as a pair.</source>
        <translation>시리즈 {low}과(와) {full}은(는) 저선량·정상선량 쌍처럼 보이지만 {mm} mm 어긋나 있어(가로 {across} mm, 세로 {down} mm) 쌍으로 쓰지 않습니다.</translation>
    </message>
    <message>
        <source>There are no files in it.</source>
        <translation>폴더에 파일이 없습니다.</translation>
    </message>
    <message>
        <source>There is no CT series in it: of {n} files none is a CT image.</source>
        <translation>CT 시리즈가 없습니다. 파일 {n}개 중 CT 영상이 하나도 없습니다.</translation>
    </message>
    <message>
        <source>There is no CT series in it: its one file is no CT image.</source>
        <translation>CT 시리즈가 없습니다. 하나뿐인 파일이 CT 영상이 아닙니다.</translation>
    </message>
    <message>
        <source>Choose a folder with CT series of at least {least} slices.</source>
        <translation>단면이 {least}장 이상인 CT 시리즈가 있는 폴더를 고르십시오.</translation>
    </message>
    <message>
        <source> (noise about {hu} HU)</source>
        <translation> (잡음 약 {hu} HU)</translation>
    </message>
    <message>
        <source>The same anatomy was found at low and full dose ({pairs}, {doses} of the dose). The network learns to make the low-dose picture look like the full-dose one.</source>
        <translation>같은 부위를 저선량과 정상선량으로 찍은 영상이 있습니다({pairs}, 선량의 {doses}). 신경망은 저선량 영상을 정상선량 영상처럼 만드는 법을 배웁니다.</translation>
    </message>
    <message>
        <source>These scans are quiet enough{noise} to serve as clean references, and no low-dose twin was found. Low-dose noise in the scanner&apos;s own texture is added to them, and the network learns to take it off.</source>
        <translation>잡음이 적어{noise} 깨끗한 기준으로 쓸 수 있는 영상이며, 짝이 되는 저선량 영상은 없습니다. 이 장비의 잡음 무늬로 저선량 잡음을 더하고, 신경망은 그것을 걷어 내는 법을 배웁니다.</translation>
    </message>
    <message>
        <source>The quiet ones of these scans{noise} serve as clean references, and no low-dose twin was found. Low-dose noise in the scanner&apos;s own texture is added to them, and the network learns to take it off. The noisy ones are left out ({n}).</source>
        <translation>잡음이 적은 영상{noise}을 깨끗한 기준으로 쓰며, 짝이 되는 저선량 영상은 없습니다. 이 장비의 잡음 무늬로 저선량 잡음을 더하고, 신경망은 그것을 걷어 내는 법을 배웁니다. 잡음이 많은 시리즈는 제외했습니다({n}개).</translation>
    </message>
    <message>
        <source>Only noisy scans{noise} were found, none quiet enough to be a reference. The network learns from the scans themselves: from neighbouring slices, whose noise differs, and from noise of their own texture.</source>
        <translation>잡음이 많은 영상{noise}뿐이어서 기준으로 쓸 만한 것이 없습니다. 신경망은 이 영상 자체에서 배웁니다. 잡음이 서로 다른 이웃 단면와, 같은 무늬의 잡음을 이용합니다.</translation>
    </message>
    <message>
        <source>Reading the scans</source>
        <translation>영상을 읽는 중</translation>
    </message>
    <message>
        <source>Measuring the noise of these scans</source>
        <translation>영상의 잡음을 측정하는 중</translation>
    </message>
    <message>
        <source>Measuring the starting model on held-out slices</source>
        <translation>따로 남겨 둔 단면에서 시작 모델을 측정하는 중</translation>
    </message>
    <message>
        <source>Measuring the result</source>
        <translation>결과를 측정하는 중</translation>
    </message>
    <message>
        <source>The computer slept for {time}; that time does not count.</source>
        <translation>컴퓨터가 {time} 동안 절전 상태였습니다. 그 시간은 세지 않습니다.</translation>
    </message>
    <message>
        <source>No further gain: stopped early, the best is kept.</source>
        <translation>더 나아지지 않아 일찍 멈추었으며, 가장 좋은 상태를 남겼습니다.</translation>
    </message>
    <message>
        <source>Memory ran out: a batch is now worked off in parts of {n}; the result is the same.</source>
        <translation>메모리가 부족하여 한 묶음을 {n}개씩 나누어 계산합니다. 결과는 같습니다.</translation>
    </message>
    <message>
        <source>The disk is full: the training could not be saved. Free some space; the training goes on and tries again.</source>
        <translation>디스크가 가득 차 학습을 저장하지 못했습니다. 공간을 비워 주십시오. 학습은 계속되며 다시 저장을 시도합니다.</translation>
    </message>
    <message>
        <source>The training could not be saved. Check the folder&apos;s permissions; it goes on and tries again.</source>
        <translation>학습을 저장하지 못했습니다. 폴더의 권한을 확인하십시오. 학습은 계속되며 다시 시도합니다.</translation>
    </message>
    <message>
        <source>The training can be saved again.</source>
        <translation>학습을 다시 저장할 수 있습니다.</translation>
    </message>
    <message>
        <source>{slices} of {patients} it never trained on</source>
        <translation>학습에 쓰지 않은 {patients}의 {slices}</translation>
    </message>
    <message>
        <source>{slices} it never trained on (of the same patients)</source>
        <translation>학습에 쓰지 않은 {slices}(같은 환자들)</translation>
    </message>
    <message>
        <source>{slices} it never trained on (of the same patient)</source>
        <translation>학습에 쓰지 않은 {slices}(같은 환자)</translation>
    </message>
    <message>
        <source>{slices} it never trained on ({patients} left out whole, of the others some slices)</source>
        <translation>학습에 쓰지 않은 {slices}({patients}은 전부, 나머지는 일부 단면)</translation>
    </message>
    <message>
        <source>Better by {gain} dB.</source>
        <translation>{gain} dB 좋아졌습니다.</translation>
    </message>
    <message>
        <source>Not better: the model is kept aside and not offered.</source>
        <translation>더 좋아지지 않았습니다. 이 모델은 따로 두고 쓰지 않습니다.</translation>
    </message>
    <message>
        <source>the model it started from</source>
        <translation>시작 모델</translation>
    </message>
    <message>
        <source>the picture without denoising</source>
        <translation>잡음을 제거하지 않은 영상</translation>
    </message>
    <message>
        <source>On {held} it is no better than {than}: PSNR {tuned} dB against {base} dB ({gain} dB).</source>
        <translation>{held}에서 {than}보다 좋지 않습니다. PSNR {tuned} dB, 비교 대상 {base} dB({gain} dB).</translation>
    </message>
    <message>
        <source>It is worse than no denoising at all ({tuned} against {low} dB).</source>
        <translation>잡음을 제거하지 않은 것보다 나쁩니다({tuned} dB, 원본 {low} dB).</translation>
    </message>
    <message>
        <source>On one kind of scan ({kind}) it is worse than {than}: {gain} dB.</source>
        <translation>한 종류의 영상({kind})에서 {than}보다 나쁩니다: {gain} dB.</translation>
    </message>
    <message>
        <source>It shifts {tissue} by {shift} HU; more than {most} HU is not accepted.</source>
        <translation>{tissue}의 HU가 {shift}만큼 달라집니다. {most} HU를 넘으면 받아들이지 않습니다.</translation>
    </message>
    <message>
        <source>On {held} PSNR rose from {base} to {tuned} dB ({gain} dB) against {than}.</source>
        <translation>{held}에서 {than}과 비교해 PSNR이 {base} dB에서 {tuned} dB로 올랐습니다({gain} dB).</translation>
    </message>
    <message>
        <source>By kind of scan: {kinds}.</source>
        <translation>영상 종류별: {kinds}.</translation>
    </message>
    <message>
        <source>{kind} {gain} dB</source>
        <translation>{kind} {gain} dB</translation>
    </message>
    <message>
        <source>SSIM {base} → {tuned}; noise left {noise_base} → {noise_tuned} (untouched: {noise_low}).</source>
        <translation>SSIM {base} → {tuned}, 남은 잡음 {noise_base} → {noise_tuned}(원본 {noise_low}).</translation>
    </message>
    <message>
        <source>Largest shift of HU: {shift} in {tissue}.</source>
        <translation>가장 큰 HU 차이: {tissue} {shift}.</translation>
    </message>
    <message>
        <source>{steps} steps were too few to tell: train for longer.</source>
        <translation>{steps}단계로는 판단하기에 부족합니다. 더 오래 학습하십시오.</translation>
    </message>
    <message>
        <source>The model it started from already does well on these scans; keep using it.</source>
        <translation>시작 모델이 이 영상에 이미 잘 맞습니다. 그대로 쓰십시오.</translation>
    </message>
    <message>
        <source>lung</source>
        <translation>폐</translation>
    </message>
    <message>
        <source>fat</source>
        <translation>지방</translation>
    </message>
    <message>
        <source>soft tissue</source>
        <translation>연부조직</translation>
    </message>
    <message>
        <source>bone</source>
        <translation>뼈</translation>
    </message>
    <message>
        <source>tissue</source>
        <translation>조직</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>chest</source>
        <translation>흉부</translation>
    </message>
    <message>
        <source>abdomen</source>
        <translation>복부</translation>
    </message>
    <message>
        <source>head</source>
        <translation>두부</translation>
    </message>
    <message>
        <source>brain</source>
        <translation>뇌</translation>
    </message>
    <message>
        <source>neck</source>
        <translation>경부</translation>
    </message>
    <message>
        <source>pelvis</source>
        <translation>골반</translation>
    </message>
    <message>
        <source>spine</source>
        <translation>척추</translation>
    </message>
    <message>
        <source>heart</source>
        <translation>심장</translation>
    </message>
    <message>
        <source>liver</source>
        <translation>간</translation>
    </message>
    <message>
        <source>whole body</source>
        <translation>전신</translation>
    </message>
    <message>
        <source>partialbody</source>
        <translation>부분 촬영</translation>
    </message>
    <message>
        <source>A card (.json) is put beside it.</source>
        <translation>카드(.json)가 옆에 함께 저장됩니다.</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>경로를 확인하십시오.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>다른 폴더를 고르십시오.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>다른 이름을 고르십시오.</translation>
    </message>
    <message>
        <source>Choose another objective.</source>
        <translation>다른 학습 방법을 고르십시오.</translation>
    </message>
    <message>
        <source>FILE exists already.</source>
        <translation>이미 있는 파일입니다.</translation>
    </message>
    <message>
        <source>FILE must end in .safetensors.</source>
        <translation>파일 이름은 .safetensors로 끝나야 합니다.</translation>
    </message>
    <message>
        <source>Free some space or check its permissions.</source>
        <translation>공간을 비우거나 권한을 확인하십시오.</translation>
    </message>
    <message>
        <source>Free some space or choose another folder, then resume: the best state is kept.</source>
        <translation>공간을 비우거나 다른 폴더를 고른 뒤 이어서 학습하십시오. 가장 좋은 상태는 보존되어 있습니다.</translation>
    </message>
    <message>
        <source>Give one of them.</source>
        <translation>둘 중 하나만 쓰십시오.</translation>
    </message>
    <message>
        <source>Help ▸ Show log has the details.</source>
        <translation>자세한 내용은 도움말 ▸ 로그 보기에 있습니다.</translation>
    </message>
    <message>
        <source>Make it first.</source>
        <translation>먼저 만드십시오.</translation>
    </message>
    <message>
        <source>No folder was named.</source>
        <translation>폴더가 지정되지 않았습니다.</translation>
    </message>
    <message>
        <source>No slice of these scans can be used for training.</source>
        <translation>학습에 쓸 수 있는 단면이 없습니다.</translation>
    </message>
    <message>
        <source>No training was interrupted.</source>
        <translation>중단된 학습이 없습니다.</translation>
    </message>
    <message>
        <source>Put the folder or drive back, then resume: nothing of the training is lost.</source>
        <translation>폴더나 드라이브를 되돌려 놓고 이어서 학습하십시오. 학습한 내용은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>Resume goes on from its last checkpoint.</source>
        <translation>이어서 학습하면 마지막 저장 지점부터 계속됩니다.</translation>
    </message>
    <message>
        <source>Start a new one.</source>
        <translation>새로 시작하십시오.</translation>
    </message>
    <message>
        <source>Start again with a smaller learning rate (Advanced).</source>
        <translation>학습률을 낮추어(고급) 다시 시작하십시오.</translation>
    </message>
    <message>
        <source>Start it anew; its data are untouched.</source>
        <translation>새로 시작하십시오. 영상은 그대로입니다.</translation>
    </message>
    <message>
        <source>The folder for FILE does not exist.</source>
        <translation>파일을 둘 폴더가 없습니다.</translation>
    </message>
    <message>
        <source>The model cannot be written.</source>
        <translation>모델을 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>The program&apos;s own folder cannot be written.</source>
        <translation>프로그램의 자체 폴더에 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>The saved training cannot be read.</source>
        <translation>저장된 학습을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>The scans are no longer where they were.</source>
        <translation>영상이 원래 자리에 없습니다.</translation>
    </message>
    <message>
        <source>The scans could not be examined.</source>
        <translation>영상을 살펴보지 못했습니다.</translation>
    </message>
    <message>
        <source>The training diverged: its loss is no longer a number.</source>
        <translation>학습이 발산했습니다. 손실값을 계산할 수 없습니다.</translation>
    </message>
    <message>
        <source>The training ended before its first measurement.</source>
        <translation>첫 측정 전에 학습이 끝났습니다.</translation>
    </message>
    <message>
        <source>The training stopped unexpectedly: it was ended from outside, or memory ran out.</source>
        <translation>학습이 갑자기 멈추었습니다. 밖에서 종료되었거나 메모리가 부족합니다.</translation>
    </message>
    <message>
        <source>There are no low/full-dose pairs in these scans.</source>
        <translation>이 영상에는 저선량·정상선량 쌍이 없습니다.</translation>
    </message>
    <message>
        <source>There is no CT series of this UID.</source>
        <translation>이 UID의 CT 시리즈가 없습니다.</translation>
    </message>
    <message>
        <source>There is no such file or folder.</source>
        <translation>그런 파일이나 폴더가 없습니다.</translation>
    </message>
    <message>
        <source>There is no such training.</source>
        <translation>그런 학습이 없습니다.</translation>
    </message>
    <message>
        <source>There is nothing here to train on.</source>
        <translation>학습에 쓸 영상이 없습니다.</translation>
    </message>
    <message>
        <source>This model&apos;s architecture cannot be trained here.</source>
        <translation>이 모델의 구조는 여기서 학습할 수 없습니다.</translation>
    </message>
    <message>
        <source>This training has already ended.</source>
        <translation>이미 끝난 학습입니다.</translation>
    </message>
    <message>
        <source>This training is already running.</source>
        <translation>이미 진행 중인 학습입니다.</translation>
    </message>
    <message>
        <source>This training&apos;s record cannot be read.</source>
        <translation>이 학습의 기록을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>Train for longer.</source>
        <translation>더 오래 학습하십시오.</translation>
    </message>
    <message>
        <source>ldct-viewer info --json lists the UIDs of those there are.</source>
        <translation>ldct-viewer info --json으로 있는 시리즈의 UID를 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>ldct-viewer train --list shows them.</source>
        <translation>ldct-viewer train --list로 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>ldct-viewer train FOLDER</source>
        <translation>ldct-viewer train 폴더</translation>
    </message>
    <message>
        <source>ldct-viewer train FOLDER starts one.</source>
        <translation>ldct-viewer train 폴더로 시작합니다.</translation>
    </message>
</context>
<context>
    <name>TrainDialog</name>
    <message>
        <source>Train on local data</source>
        <translation>보유 자료로 학습</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>모델…</translation>
    </message>
    <message>
        <source>Cancel training</source>
        <translation>학습 취소</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Stop and keep the best</source>
        <translation>중지하고 가장 좋은 모델 보관</translation>
    </message>
    <message>
        <source>Train again</source>
        <translation>다시 학습</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어서 학습</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Use it now</source>
        <translation>지금 사용</translation>
    </message>
    <message>
        <source>Looking at the scans…</source>
        <translation>영상을 살펴보는 중…</translation>
    </message>
    <message>
        <source>Folder with CT series</source>
        <translation>CT 시리즈 폴더</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Cancel the training and throw away what it has learned?</source>
        <translation>학습을 취소하고 지금까지 학습한 내용을 버릴까요?</translation>
    </message>
    <message>
        <source>A training was interrupted. Resume?</source>
        <translation>중단된 학습이 있습니다. 이어서 할까요?</translation>
    </message>
    <message>
        <source>The training is still going on.</source>
        <translation>학습이 아직 진행 중입니다.</translation>
    </message>
    <message>
        <source>It can go on in the background; open this window again to find it.</source>
        <translation>백그라운드에서 계속할 수 있습니다. 이 창을 다시 열면 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Go on in the background</source>
        <translation>백그라운드에서 계속</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>머무르기</translation>
    </message>
</context>
<context>
    <name>Training</name>
    <message>
        <source>The line at the bottom shows how far it is.</source>
        <translation>진행 상황은 창 아래쪽 줄에 나타납니다.</translation>
    </message>
    <message>
        <source>A training goes on in the background.</source>
        <translation>학습이 백그라운드에서 진행 중입니다.</translation>
    </message>
    <message>
        <source>A training was interrupted. Resume?</source>
        <translation>중단된 학습이 있습니다. 이어서 할까요?</translation>
    </message>
    <message>
        <source>Nothing is lost: it goes on from where it was last saved.</source>
        <translation>잃은 것은 없습니다. 마지막으로 저장된 곳부터 이어집니다.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어서 학습</translation>
    </message>
</context>
<context>
    <name>Viewing</name>
    <message>
        <source>The header of this series names no window.</source>
        <translation>이 시리즈의 헤더에 창 설정이 없습니다.</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Drop a CT folder here</source>
        <translation>CT 폴더를 여기에 놓으십시오</translation>
    </message>
    <message>
        <source>DICOM folders and files, .zip, NIfTI, NRRD, MetaImage</source>
        <translation>DICOM 폴더와 파일, .zip, NIfTI, NRRD, MetaImage</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation>데모 열기</translation>
    </message>
    <message>
        <source>RECENT</source>
        <translation>최근</translation>
    </message>
    <message>
        <source>Clear this list</source>
        <translation>목록 지우기</translation>
    </message>
    <message>
        <source>Research use only. Not a medical device, not for diagnosis.</source>
        <translation>연구용입니다. 의료기기가 아니며 진단에 사용할 수 없습니다.</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>Abdomen / soft tissue</source>
        <translation>복부 / 연부조직</translation>
    </message>
    <message>
        <source>About</source>
        <translation>정보</translation>
    </message>
    <message>
        <source>All text</source>
        <translation>모든 글자</translation>
    </message>
    <message>
        <source>Automatic 1–99 %</source>
        <translation>자동 1–99 %</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>평균</translation>
    </message>
    <message>
        <source>Axial pair</source>
        <translation>축상면 쌍</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>뼈</translation>
    </message>
    <message>
        <source>Brain</source>
        <translation>뇌</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Cine</source>
        <translation>시네</translation>
    </message>
    <message>
        <source>Close series</source>
        <translation>시리즈 닫기</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>그림 복사</translation>
    </message>
    <message>
        <source>Coronal pair</source>
        <translation>관상면 쌍</translation>
    </message>
    <message>
        <source>Crosshair</source>
        <translation>십자선</translation>
    </message>
    <message>
        <source>Crosshair lines</source>
        <translation>십자선 표시</translation>
    </message>
    <message>
        <source>Curtain across one view</source>
        <translation>한 영상에서 커튼 비교</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Denoise</source>
        <translation>잡음 제거</translation>
    </message>
    <message>
        <source>Denoise this series</source>
        <translation>이 시리즈 잡음 제거</translation>
    </message>
    <message>
        <source>Denoise when a series opens</source>
        <translation>시리즈를 열면 바로 잡음 제거</translation>
    </message>
    <message>
        <source>Denoised</source>
        <translation>잡음 제거</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>연산 장치</translation>
    </message>
    <message>
        <source>Difference in HU</source>
        <translation>차이(HU)</translation>
    </message>
    <message>
        <source>Difference on/off</source>
        <translation>차이 켜기/끄기</translation>
    </message>
    <message>
        <source>Difference range: ±10, ±25, ±50, ±150 HU</source>
        <translation>차이 표시 범위: ±10, ±25, ±50, ±150 HU</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>거리</translation>
    </message>
    <message>
        <source>Drag down is brighter</source>
        <translation>아래로 끌면 밝게</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>타원</translation>
    </message>
    <message>
        <source>Emphysema</source>
        <translation>폐기종</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Export denoised as DICOM series…</source>
        <translation>잡음 제거 영상을 DICOM 시리즈로 내보내기…</translation>
    </message>
    <message>
        <source>Export denoised as NIfTI…</source>
        <translation>잡음 제거 결과를 NIfTI로 내보내기…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>First slice</source>
        <translation>첫 단면</translation>
    </message>
    <message>
        <source>Flicker: press to flip, hold to blink</source>
        <translation>깜박임: 누르면 전환, 누르고 있으면 반복</translation>
    </message>
    <message>
        <source>From the header</source>
        <translation>헤더의 값</translation>
    </message>
    <message>
        <source>Full range</source>
        <translation>전체 범위</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>전체 화면</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>도움말</translation>
    </message>
    <message>
        <source>Hide patient identity</source>
        <translation>환자 정보 숨기기</translation>
    </message>
    <message>
        <source>Invert grey scale</source>
        <translation>흑백 반전</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Last slice</source>
        <translation>마지막 단면</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>배치</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>시스템 설정대로</translation>
    </message>
    <message>
        <source>Liver (contrast)</source>
        <translation>간 (조영)</translation>
    </message>
    <message>
        <source>Liver (plain)</source>
        <translation>간 (비조영)</translation>
    </message>
    <message>
        <source>Load model file…</source>
        <translation>모델 파일 불러오기…</translation>
    </message>
    <message>
        <source>Loupe at the pointer</source>
        <translation>포인터 확대경</translation>
    </message>
    <message>
        <source>Low-dose again</source>
        <translation>저선량 그대로</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>폐</translation>
    </message>
    <message>
        <source>Maximum intensity (MIP)</source>
        <translation>최대 강도 (MIP)</translation>
    </message>
    <message>
        <source>Mediastinum</source>
        <translation>종격동</translation>
    </message>
    <message>
        <source>Minimal</source>
        <translation>최소</translation>
    </message>
    <message>
        <source>Minimum intensity (MinIP)</source>
        <translation>최소 강도 (MinIP)</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Next overlay level</source>
        <translation>다음 오버레이 단계</translation>
    </message>
    <message>
        <source>Next series</source>
        <translation>다음 시리즈</translation>
    </message>
    <message>
        <source>Next slice</source>
        <translation>다음 단면</translation>
    </message>
    <message>
        <source>Next view</source>
        <translation>다음 영상</translation>
    </message>
    <message>
        <source>Next: slice, MIP, average, MinIP</source>
        <translation>다음: 단면, MIP, 평균, MinIP</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Notes and ignored files</source>
        <translation>참고 사항과 제외된 파일</translation>
    </message>
    <message>
        <source>One view</source>
        <translation>영상 하나</translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation>데모 열기</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>파일 열기…</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>Overlays</source>
        <translation>오버레이</translation>
    </message>
    <message>
        <source>PACS archives…</source>
        <translation>PACS 서버 설정…</translation>
    </message>
    <message>
        <source>PACS send queue…</source>
        <translation>PACS 보내기 대기열…</translation>
    </message>
    <message>
        <source>PACS…</source>
        <translation>PACS 검색·가져오기…</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Posterior fossa</source>
        <translation>후두개와</translation>
    </message>
    <message>
        <source>Previous series</source>
        <translation>이전 시리즈</translation>
    </message>
    <message>
        <source>Previous slice</source>
        <translation>이전 단면</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>HU 탐침</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>끝내기</translation>
    </message>
    <message>
        <source>Recent series</source>
        <translation>최근 시리즈</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>사각형</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Reset view</source>
        <translation>보기 초기화</translation>
    </message>
    <message>
        <source>Right side</source>
        <translation>오른쪽 영상</translation>
    </message>
    <message>
        <source>Sagittal pair</source>
        <translation>시상면 쌍</translation>
    </message>
    <message>
        <source>Save picture as PNG…</source>
        <translation>그림을 PNG로 저장…</translation>
    </message>
    <message>
        <source>Scroll</source>
        <translation>넘기기</translation>
    </message>
    <message>
        <source>Send denoised series to PACS…</source>
        <translation>잡음 제거 시리즈를 PACS로 보내기…</translation>
    </message>
    <message>
        <source>Series list</source>
        <translation>시리즈 목록</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>로그 보기</translation>
    </message>
    <message>
        <source>Show original while held</source>
        <translation>누르는 동안 원본 보기</translation>
    </message>
    <message>
        <source>Single slice</source>
        <translation>단일 단면</translation>
    </message>
    <message>
        <source>Six views, axial large</source>
        <translation>여섯 영상, 축상면 크게</translation>
    </message>
    <message>
        <source>Six views, equal</source>
        <translation>여섯 영상, 같은 크기</translation>
    </message>
    <message>
        <source>Slab</source>
        <translation>슬랩</translation>
    </message>
    <message>
        <source>Smooth interpolation</source>
        <translation>부드러운 보간</translation>
    </message>
    <message>
        <source>Strength +5 %</source>
        <translation>강도 +5 %</translation>
    </message>
    <message>
        <source>Strength −5 %</source>
        <translation>강도 −5 %</translation>
    </message>
    <message>
        <source>Stroke (acute)</source>
        <translation>뇌졸중 (급성)</translation>
    </message>
    <message>
        <source>Subdural</source>
        <translation>경막하</translation>
    </message>
    <message>
        <source>Temporal bone</source>
        <translation>측두골</translation>
    </message>
    <message>
        <source>Ten slices back</source>
        <translation>열 단면 뒤로</translation>
    </message>
    <message>
        <source>Ten slices on</source>
        <translation>열 단면 앞으로</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Thickness 10 mm</source>
        <translation>두께 10 mm</translation>
    </message>
    <message>
        <source>Thickness 20 mm</source>
        <translation>두께 20 mm</translation>
    </message>
    <message>
        <source>Thickness 30 mm</source>
        <translation>두께 30 mm</translation>
    </message>
    <message>
        <source>Thickness 5 mm</source>
        <translation>두께 5 mm</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Train on local data…</source>
        <translation>보유 자료로 학습…</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Vessel / CTA</source>
        <translation>혈관 / CTA</translation>
    </message>
    <message>
        <source>View</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Window presets</source>
        <translation>창 프리셋</translation>
    </message>
    <message>
        <source>Window width/level</source>
        <translation>창 너비/높이</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>확대</translation>
    </message>
    <message>
        <source>한국어</source>
        <translation>한국어</translation>
    </message>
</context>
</TS>
