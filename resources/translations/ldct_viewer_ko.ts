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
        <source>Load a model</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>Models (*.safetensors)</source>
        <translation>모델 (*.safetensors)</translation>
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
        <source>New folder</source>
        <translation>새 폴더</translation>
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
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>모델</translation>
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
        <source>Not denoised</source>
        <translation>잡음 제거 전</translation>
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
        <source>Low-dose | {0}</source>
        <translation>저선량 | {0}</translation>
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
        <translation>제거 {0}</translation>
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
        <source>Low-dose</source>
        <translation>저선량</translation>
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
        <source>Starting the training process…</source>
        <translation>학습 프로세스를 시작하는 중…</translation>
    </message>
    <message>
        <source>, {n} processes</source>
        <translation>, 프로세스 {n}개</translation>
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
        <source>Train ▸ Train on local data… resumes it.</source>
        <translation>학습 ▸ 보유 자료로 학습…에서 이어서 할 수 있습니다.</translation>
    </message>
    <message>
        <source>A training was interrupted.</source>
        <translation>중단된 학습이 있습니다.</translation>
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
        <source>Low-dose again</source>
        <translation>저선량 그대로</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>폐</translation>
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
        <source>Six views, axial large</source>
        <translation>여섯 영상, 축상면 크게</translation>
    </message>
    <message>
        <source>Six views, equal</source>
        <translation>여섯 영상, 같은 크기</translation>
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
