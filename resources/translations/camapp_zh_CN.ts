<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Announcer</name>
    <message>
        <source>Until then you see &apos;{name}&apos;.</source>
        <translation>目前先显示“{name}”。</translation>
    </message>
    <message>
        <source>Until then you see the bundled clip.</source>
        <translation>目前先播放自带的示例视频。</translation>
    </message>
    <message>
        <source>The one before goes on working.</source>
        <translation>仍在使用之前的模型。</translation>
    </message>
    <message>
        <source>The picture goes on without it.</source>
        <translation>画面照常显示，但没有检测结果。</translation>
    </message>
    <message>
        <source>Until then the bundled model works.</source>
        <translation>目前先使用自带模型。</translation>
    </message>
    <message>
        <source>Until then it computes in the form that is the fastest here.</source>
        <translation>在此之前，用这台电脑上最快的精度计算。</translation>
    </message>
    <message>
        <source>Until then &apos;{name}&apos; finds the objects.</source>
        <translation>目前由“{name}”检测目标。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; names the whole picture: you see its five best classes.</source>
        <translation>“{name}”为整幅画面命名：显示最可能的五个类别。</translation>
    </message>
    <message>
        <source>Name each box instead</source>
        <translation>改为命名每个目标框</translation>
    </message>
    <message>
        <source>This is the end of &apos;{name}&apos;.</source>
        <translation>“{name}”已播放完毕。</translation>
    </message>
    <message>
        <source>Play again</source>
        <translation>重新播放</translation>
    </message>
    <message>
        <source>Recorded: {name}, {length}, {size}.</source>
        <translation>已录制：{name}，{length}，{size}。</translation>
    </message>
    <message>
        <source>Saved: {name}.</source>
        <translation>已保存：{name}。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
</context>
<context>
    <name>AppMenu</name>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Colours, language, help (F10)</source>
        <translation>外观、语言、帮助 (F10)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>新手入门</translation>
    </message>
    <message>
        <source>Keys	F1</source>
        <translation>快捷键	F1</translation>
    </message>
    <message>
        <source>Measure the delay…</source>
        <translation>测量延迟…</translation>
    </message>
    <message>
        <source>How old the picture is that you see: the camera looks at a changing square for five seconds</source>
        <translation>您看到的画面有多旧：让摄像头对着一个变化的方块五秒钟</translation>
    </message>
    <message>
        <source>Add to the applications menu</source>
        <translation>添加到应用程序菜单</translation>
    </message>
    <message>
        <source>So that camapp starts from the system&apos;s menu, with its icon</source>
        <translation>之后可从系统菜单启动 camapp，并显示图标</translation>
    </message>
    <message>
        <source>Copy details for a report</source>
        <translation>复制问题报告信息</translation>
    </message>
    <message>
        <source>Versions, device, camera and the last errors, to paste into a report; no picture, no password</source>
        <translation>版本、设备、摄像头和最近的错误，可粘贴到问题报告中；不含画面和密码</translation>
    </message>
    <message>
        <source>Show the log file</source>
        <translation>显示日志文件</translation>
    </message>
    <message>
        <source>Faults with all that a developer needs; it stays on this computer</source>
        <translation>记录故障详情，供开发者排查；只保存在这台电脑上</translation>
    </message>
    <message>
        <source>About camapp</source>
        <translation>关于 camapp</translation>
    </message>
    <message>
        <source>Quit	Ctrl+Q</source>
        <translation>退出	Ctrl+Q</translation>
    </message>
</context>
<context>
    <name>BestClasses</name>
    <message>
        <source>Best classes of the picture</source>
        <translation>画面最可能的类别</translation>
    </message>
    <message>
        <source>How sure the model is of each class, averaged over a third of a second. All classes have 100 %.</source>
        <translation>模型对每个类别的把握，取三分之一秒内的平均值。全部类别合计 100 %。</translation>
    </message>
</context>
<context>
    <name>CameraDialog</name>
    <message>
        <source>Cameras</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>模式</translation>
    </message>
    <message>
        <source>Size, pixel format and rate. Larger shows more detail and costs more computing time to decode.</source>
        <translation>分辨率、像素格式和帧率。分辨率越高细节越多，解码占用的算力也越多。</translation>
    </message>
    <message>
        <source>Show this camera</source>
        <translation>显示此摄像头</translation>
    </message>
    <message>
        <source>In the window, in place of the present source</source>
        <translation>在主窗口中显示，替换当前来源</translation>
    </message>
    <message>
        <source>No camera was found. One that is plugged in appears here.</source>
        <translation>未找到摄像头。接上后会显示在这里。</translation>
    </message>
    <message>
        <source>It gives {mode}.</source>
        <translation>实际输出：{mode}。</translation>
    </message>
    <message>
        <source>{fps} pictures a second come just now.</source>
        <translation>当前每秒收到 {fps} 帧。</translation>
    </message>
    <message>
        <source>Automatic: smooth, near 1280x720</source>
        <translation>自动：流畅优先，接近 1280x720</translation>
    </message>
</context>
<context>
    <name>Charts</name>
    <message>
        <source>The charts cannot be drawn here</source>
        <translation>无法显示图表</translation>
    </message>
    <message>
        <source>The charts are loading…</source>
        <translation>正在加载图表…</translation>
    </message>
    <message>
        <source>How many objects were in view, over the last {minutes} minutes</source>
        <translation>最近 {minutes} 分钟画面中的目标数</translation>
    </message>
    <message>
        <source>From grabbing a picture to painting it, in milliseconds, over the last {minutes} minutes</source>
        <translation>最近 {minutes} 分钟从采集到显示的时间（毫秒）</translation>
    </message>
    <message>
        <source>Pictures per second that came, and that the detector looked at, over the last {minutes} minutes</source>
        <translation>最近 {minutes} 分钟每秒收到的帧数和检测的帧数</translation>
    </message>
    <message>
        <source>{minutes} min ago</source>
        <translation>{minutes} 分钟前</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Objects in view: {count}</source>
        <translation>画面中的目标：{count}</translation>
    </message>
    <message>
        <source>Delay: {ms} ms</source>
        <translation>延迟：{ms} ms</translation>
    </message>
    <message>
        <source>Pictures per second: {camera} came, {detector} detected</source>
        <translation>每秒帧数：收到 {camera}，检测 {detector}</translation>
    </message>
</context>
<context>
    <name>ClassList</name>
    <message>
        <source>Search a class</source>
        <translation>搜索类别</translation>
    </message>
    <message>
        <source>Leaves the classes whose name holds these letters; English and Chinese both work</source>
        <translation>只列出名称包含这些文字的类别；中文、英文均可</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>No class of that name</source>
        <translation>没有匹配的类别</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Tick every class in the list. It costs no time.</source>
        <translation>勾选列表中的所有类别。不影响速度。</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
    <message>
        <source>Take the tick from every class in the list, to tick a few by hand</source>
        <translation>取消勾选列表中的所有类别，便于只选几个</translation>
    </message>
    <message>
        <source>Reliable</source>
        <translation>可靠类别</translation>
    </message>
    <message>
        <source>Tick just the classes that this model is good at</source>
        <translation>只勾选此模型擅长的类别</translation>
    </message>
</context>
<context>
    <name>ClassModel</name>
    <message>
        <source>{name} (weak)</source>
        <translation>{name}（较弱）</translation>
    </message>
    <message>
        <source>This model is weak at &apos;{name}&apos;: on its test pictures it missed too many,
or took other things for it. Tick it all the same if you like; expect misses and wrong boxes.</source>
        <translation>此模型对“{name}”的检测较弱：在测试图片上漏检较多，
或常把其他东西认成它。仍可勾选，但可能会漏检和误检。</translation>
    </message>
</context>
<context>
    <name>ControlRows</name>
    <message>
        <source>All back to automatic</source>
        <translation>全部恢复自动</translation>
    </message>
    <message>
        <source>Exposure, focus and colours by the camera itself, the rest as the maker meant it</source>
        <translation>曝光、对焦和色彩由摄像头自动调节，其余恢复出厂值</translation>
    </message>
    <message>
        <source>This camera tells of no settings of its own.</source>
        <translation>此摄像头没有可调的设置。</translation>
    </message>
    <message>
        <source>{name}: the camera&apos;s own setting, usually {value}</source>
        <translation>{name}：摄像头自身的设置，默认值 {value}</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Record a video: every picture, H.264. Costs some computing time and disk. (R)</source>
        <translation>录制视频：保存每一帧，H.264 编码。会占用一些算力和磁盘空间。(R)</translation>
    </message>
    <message>
        <source>Snapshot</source>
        <translation>快照</translation>
    </message>
    <message>
        <source>Save this picture with its boxes (S)</source>
        <translation>保存当前画面和检测框 (S)</translation>
    </message>
    <message>
        <source>Stop the picture, or let it go on; a recording goes on (Space)</source>
        <translation>暂停或继续画面；录制不受影响（空格键）</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>录制</translation>
    </message>
    <message>
        <source>Length and size of the running recording, and how long the disk lasts at this rate</source>
        <translation>当前录制的时长和大小，以及磁盘还够录多久</translation>
    </message>
    <message>
        <source>Pictures per second that come</source>
        <translation>每秒收到的帧数</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Detector</source>
        <translation>检测</translation>
    </message>
    <message>
        <source>Pictures per second that the detector looks at</source>
        <translation>每秒检测的帧数</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>From grabbing a picture to painting it, in milliseconds</source>
        <translation>从采集一帧到显示它的时间（毫秒）</translation>
    </message>
    <message>
        <source>Dropped</source>
        <translation>丢帧</translation>
    </message>
    <message>
        <source>Pictures that came and could not be shown</source>
        <translation>收到但来不及显示的帧</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>录制</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
    </message>
    <message>
        <source>{count} missed</source>
        <translation>漏录 {count} 帧</translation>
    </message>
    <message>
        <source>{days} days left</source>
        <translation>还可录 {days} 天</translation>
    </message>
    <message>
        <source>{hours} h {minutes:02} left</source>
        <translation>还可录 {hours} 小时 {minutes:02} 分</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>还可录 {minutes} 分钟</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
</context>
<context>
    <name>Counts</name>
    <message>
        <source>Counts by class</source>
        <translation>各类别数量</translation>
    </message>
    <message>
        <source>How many objects of each class are in view</source>
        <translation>画面中各类别的目标数</translation>
    </message>
</context>
<context>
    <name>DelayDialog</name>
    <message>
        <source>Measure the delay</source>
        <translation>测量延迟</translation>
    </message>
    <message>
        <source>Square for the camera to see</source>
        <translation>给摄像头看的方块</translation>
    </message>
    <message>
        <source>Seconds measured</source>
        <translation>已测量的秒数</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>再测一次</translation>
    </message>
    <message>
        <source>Takes five seconds; meanwhile reading the square costs a little computing time</source>
        <translation>需要五秒；其间读取方块会占用少量计算时间</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Back to the picture; the square costs nothing any more (Esc)</source>
        <translation>回到画面；方块不再占用计算时间（Esc）</translation>
    </message>
    <message>
        <source>Choose a camera at the top left of the window first: a film has no delay to measure.</source>
        <translation>请先在窗口左上角选择摄像头：影片没有可测量的延迟。</translation>
    </message>
    <message>
        <source>The camera sees the square. Keep it still for five seconds.</source>
        <translation>摄像头看到了方块。请保持不动五秒钟。</translation>
    </message>
    <message>
        <source>The square was seen, but too few pictures were painted. If the picture is stopped, let it go on.</source>
        <translation>看到了方块，但显示出来的画面太少。如果画面已暂停，请让它继续。</translation>
    </message>
    <message>
        <source>Measured. The camera may look elsewhere again.</source>
        <translation>测量完成。摄像头可以移开了。</translation>
    </message>
    <message>
        <source>Hold the camera so that it sees this square, straight and as large as can be.</source>
        <translation>请让摄像头正对这个方块，并使方块尽可能大。</translation>
    </message>
    <message>
        <source>It does not see it yet: go closer, wait until the picture is sharp, turn a glaring screen darker, or make this window larger. A built-in camera sees it in a mirror.</source>
        <translation>还没有看到：请靠近一些，等画面变清晰，把过亮的屏幕调暗，或放大此窗口。内置摄像头可以借助镜子看到它。</translation>
    </message>
    <message>
        <source>What you see is about {ms} ms old, give or take {uncertain} ms.</source>
        <translation>您看到的画面约有 {ms} 毫秒的延迟，误差约 ±{uncertain} 毫秒。</translation>
    </message>
    <message>
        <source>From the screen to the camera&apos;s picture</source>
        <translation>从屏幕到摄像头画面</translation>
    </message>
    <message>
        <source>The screen, the exposure and the camera&apos;s own work, until the camera stamps its picture</source>
        <translation>屏幕、曝光和摄像头自身的处理，直到摄像头给画面打上时间戳</translation>
    </message>
    <message>
        <source>Until its boxes are found</source>
        <translation>到找出方框</translation>
    </message>
    <message>
        <source>Transfer, decoding, waiting for the detector, detecting</source>
        <translation>传输、解码、等待检测器、检测</translation>
    </message>
    <message>
        <source>Until it is drawn</source>
        <translation>到绘制完成</translation>
    </message>
    <message>
        <source>Resizing, boxes, labels</source>
        <translation>缩放、方框、标签</translation>
    </message>
    <message>
        <source>Until it is painted</source>
        <translation>到显示出来</translation>
    </message>
    <message>
        <source>The window&apos;s own part</source>
        <translation>窗口自身所占的部分</translation>
    </message>
    <message>
        <source>All of it</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Not the sum of medians: each picture was measured whole</source>
        <translation>不是各中位数之和：每幅画面都是整体测量的</translation>
    </message>
    <message>
        <source>median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>Half of the pictures took less</source>
        <translation>一半的画面用时更短</translation>
    </message>
    <message>
        <source>95 %</source>
        <translation>95 %</translation>
    </message>
    <message>
        <source>95 of 100 pictures took less</source>
        <translation>每 100 幅画面中有 95 幅用时更短</translation>
    </message>
    <message>
        <source>Pictures: {frames}, {fps} a second · dropped by the camera: {dropped}</source>
        <translation>画面：{frames} 幅，每秒 {fps} 幅 · 摄像头丢失：{dropped}</translation>
    </message>
    <message>
        <source>They come too fast for this screen to tell whether one was sent twice.</source>
        <translation>画面来得太快，这个屏幕无法判断是否有重复发送。</translation>
    </message>
    <message>
        <source>sent twice: {doubled}</source>
        <translation>重复发送：{doubled}</translation>
    </message>
    <message>
        <source>Most of it is before the program gets the picture: more light or another mode (Ctrl+K) helps.</source>
        <translation>大部分延迟发生在程序得到画面之前：增加光线或换一种模式（Ctrl+K）会有帮助。</translation>
    </message>
    <message>
        <source>Most of it is waiting for the boxes: a smaller size or a faster device helps.</source>
        <translation>大部分延迟是在等待方框：减小输入尺寸或使用更快的设备会有帮助。</translation>
    </message>
    <message>
        <source>Most of it is drawing and painting: a smaller window helps.</source>
        <translation>大部分延迟是绘制和显示：缩小窗口会有帮助。</translation>
    </message>
    <message>
        <source>The uncertainty: a number stands {number} ms on the screen, and the camera exposes each picture for up to {frame} ms; half of each.</source>
        <translation>误差的来源：每个数字在屏幕上停留 {number} 毫秒，摄像头每幅画面最长曝光 {frame} 毫秒；各取一半。</translation>
    </message>
</context>
<context>
    <name>DeviceChooser</name>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>What computes: the device and the engine on it.</source>
        <translation>用于计算的设备和引擎。</translation>
    </message>
    <message>
        <source>{device}: you chose it.</source>
        <translation>{device}：由您选择。</translation>
    </message>
    <message>
        <source>{device}: the fastest that works here.</source>
        <translation>{device}：这台电脑上可用的最快选择。</translation>
    </message>
    <message>
        <source>{device}: no NVIDIA GPU is found here, and on a CPU this engine is the fastest.</source>
        <translation>{device}：未发现 NVIDIA GPU；在 CPU 上此引擎最快。</translation>
    </message>
    <message>
        <source>Takes some seconds to start, less from the second time on</source>
        <translation>启动需要几秒，第二次起会更快</translation>
    </message>
    <message>
        <source>The fastest that works</source>
        <translation>自动选择最快的</translation>
    </message>
    <message>
        <source>Precision:</source>
        <translation>精度：</translation>
    </message>
    <message>
        <source>Measured here, for one picture:</source>
        <translation>在本机测得的每张图片用时：</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>再测一次</translation>
    </message>
    <message>
        <source>Another program may have been at work then. Boxes may be slower for some seconds.</source>
        <translation>上次测量时可能有其他程序在运行。测量的几秒内，框可能会慢一些。</translation>
    </message>
    <message>
        <source>CPU, OpenVINO</source>
        <translation>CPU, OpenVINO</translation>
    </message>
    <message>
        <source>NVIDIA GPU</source>
        <translation>NVIDIA GPU</translation>
    </message>
    <message>
        <source>No NVIDIA GPU is found here</source>
        <translation>未发现 NVIDIA GPU</translation>
    </message>
    <message>
        <source>Takes some seconds to start</source>
        <translation>启动需要几秒</translation>
    </message>
    <message>
        <source>Serves at once, tries what else there is for some seconds, and remembers which was the fastest</source>
        <translation>立即开始工作，用几秒试一试其他选择，并记住最快的</translation>
    </message>
    <message>
        <source>Intel GPU</source>
        <translation>Intel GPU</translation>
    </message>
    <message>
        <source>Intel NPU</source>
        <translation>Intel NPU</translation>
    </message>
    <message>
        <source>Plain torch</source>
        <translation>torch（通用）</translation>
    </message>
    <message>
        <source>On a GPU if there is one. Takes seconds to start and more memory; slow on a CPU.</source>
        <translation>有 GPU 时用 GPU。启动需要几秒，占用内存较多；在 CPU 上较慢。</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>Hold something in front of the camera: it gets a box, with its name and its place.</source>
        <translation>把物品放到摄像头前：它会被框出，并标上名称和位置。</translation>
    </message>
    <message>
        <source>At the right is a list of all that is in view. Click a row or a box: both light up.</source>
        <translation>右侧列出画面中的所有目标。点击某一行或某个框，两者会同时高亮。</translation>
    </message>
    <message>
        <source>At the top left you choose another camera, a film or pictures; or drop a file here.</source>
        <translation>在左上角可换用其他摄像头、视频或图片；也可把文件拖到这里。</translation>
    </message>
    <message>
        <source>Below you record a video or save a picture. Each control says on hover what it does.</source>
        <translation>在下方可录制视频或保存快照。把鼠标移到任何控件上，即可看到说明。</translation>
    </message>
    <message>
        <source>All is computed on this computer. No picture leaves it.</source>
        <translation>所有计算都在这台电脑上进行，画面不会外传。</translation>
    </message>
    <message>
        <source>Welcome to camapp</source>
        <translation>欢迎使用 camapp</translation>
    </message>
    <message>
        <source>Got it</source>
        <translation>知道了</translation>
    </message>
    <message>
        <source>stop the picture, or let it go on</source>
        <translation>暂停或继续画面</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>begin or finish a recording</source>
        <translation>开始或结束录制</translation>
    </message>
    <message>
        <source>save this picture</source>
        <translation>保存当前画面</translation>
    </message>
    <message>
        <source>one picture back, one on, in a file</source>
        <translation>文件中后退一帧、前进一帧</translation>
    </message>
    <message>
        <source>zoom in, zoom out, the whole picture; the arrows move a zoomed one</source>
        <translation>放大、缩小、显示整个画面；放大后用方向键移动</translation>
    </message>
    <message>
        <source>full screen; Esc leaves it</source>
        <translation>全屏；按 Esc 退出</translation>
    </message>
    <message>
        <source>open a file; with Shift, a folder</source>
        <translation>打开文件；加 Shift 打开文件夹</translation>
    </message>
    <message>
        <source>open a stream</source>
        <translation>打开视频流</translation>
    </message>
    <message>
        <source>cameras and their settings</source>
        <translation>摄像头及其设置</translation>
    </message>
    <message>
        <source>the menu</source>
        <translation>打开菜单</translation>
    </message>
    <message>
        <source>from control to control; Space or Enter presses it</source>
        <translation>在控件间切换；按空格或回车键执行</translation>
    </message>
    <message>
        <source>close a message</source>
        <translation>关闭消息</translation>
    </message>
    <message>
        <source>use the part of the picture that is being drawn; the arrows move it</source>
        <translation>使用正在框选的画面区域；方向键可移动它</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Every object before the camera boxed, with coordinates, size and class.</source>
        <translation>框出摄像头前的每个目标，并给出坐标、大小和类别。</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Log file</source>
        <translation>日志文件</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>The details are on the clipboard: paste them into your report.</source>
        <translation>问题报告信息已复制到剪贴板，请粘贴到报告中。</translation>
    </message>
    <message>
        <source>camapp is in the applications menu now.</source>
        <translation>camapp 已添加到应用程序菜单。</translation>
    </message>
</context>
<context>
    <name>LabelOptions</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>What the object is</source>
        <translation>目标是什么</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>How sure the detector is, 0 to 1</source>
        <translation>检测结果的可信程度，0 到 1</translation>
    </message>
    <message>
        <source>Place, x y</source>
        <translation>位置 x y</translation>
    </message>
    <message>
        <source>Where the box is, in pixels of the source</source>
        <translation>检测框的位置，以原画面的像素计</translation>
    </message>
    <message>
        <source>Size, w×h</source>
        <translation>大小 w×h</translation>
    </message>
    <message>
        <source>Width and height of the box, in pixels of the source</source>
        <translation>检测框的宽和高，以原画面的像素计</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>The object&apos;s own number, where objects are followed from picture to picture; in the table, too</source>
        <translation>跟踪目标时，每个目标的编号；表格中也会显示</translation>
    </message>
    <message>
        <source>Stands beside each box, in the window and in recordings. Fewer parts hide less of the picture.</source>
        <translation>显示在每个检测框旁，窗口和录制中都有。内容越少，遮挡越少。</translation>
    </message>
    <message>
        <source>Follow objects</source>
        <translation>跟踪目标</translation>
    </message>
    <message>
        <source>Each object keeps a number from picture to picture, for labels, tables and recorded data;
a new source or a jump in a file begins again at 1. It costs under 1 ms a picture with 20 objects,
and some seconds of the processor once, when it is first switched on.</source>
        <translation>逐帧跟踪，目标的编号保持不变，用于标签、表格和记录的数据；
切换来源或在文件中跳转后，从 1 重新编号。20 个目标时每帧耗时不到 1 毫秒，
首次开启时处理器需要额外忙几秒。</translation>
    </message>
    <message>
        <source>Steady boxes</source>
        <translation>平稳的框</translation>
    </message>
    <message>
        <source>Boxes neither shake nor blink, and move along between two looks of the detector; what it misses
for a moment, up to a quarter of a second, is drawn on, dashed. This is so in the window, in its
table and in videos; data files always hold the boxes as they were found.
It costs under 1 ms a picture.</source>
        <translation>目标框不抖动、不闪烁，在检测器两次检测之间随目标移动；检测器一时漏检的目标，
最多再用虚线画四分之一秒。窗口、窗口中的表格和视频都是这样；
数据文件始终保存检测到的原始框。每帧耗时不到 1 毫秒。</translation>
    </message>
    <message>
        <source>Measured at</source>
        <translation>坐标取自</translation>
    </message>
    <message>
        <source>corner</source>
        <translation>左上角</translation>
    </message>
    <message>
        <source>x and y are those of the box&apos;s top-left corner, in labels and in the table</source>
        <translation>标签和表格中的 x、y 是检测框左上角的坐标</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>中心</translation>
    </message>
    <message>
        <source>x and y are those of the box&apos;s centre, in labels and in the table.
Files always have the corner, so that they can be compared.</source>
        <translation>标签和表格中的 x、y 是检测框中心的坐标。
文件中始终是左上角的坐标，以便比较。</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>线条</translation>
    </message>
    <message>
        <source>How thick the boxes are drawn, in the window and in recordings. It costs no time.</source>
        <translation>检测框线条的粗细，窗口和录制中都有效。不影响速度。</translation>
    </message>
    <message>
        <source>Thickness of lines</source>
        <translation>线条粗细</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>How large the labels are, in the window and in recordings. Larger ones hide more of the picture.</source>
        <translation>标签文字的大小，窗口和录制中都有效。文字越大，遮挡越多。</translation>
    </message>
    <message>
        <source>Size of text</source>
        <translation>文字大小</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Close this message (Esc)</source>
        <translation>关闭此消息 (Esc)</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>ModelChooser</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>{name} (bundled)</source>
        <translation>{name}（自带）</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>What finds the objects, or names the picture: a model that came along, or a .safetensors file. Loads in seconds.</source>
        <translation>用于检测目标或为画面命名的模型：自带的模型，或 .safetensors 文件。几秒内即可加载。</translation>
    </message>
    <message>
        <source>Names the whole picture</source>
        <translation>为整幅画面命名</translation>
    </message>
    <message>
        <source>Names each box that is found</source>
        <translation>为检测到的每个框命名</translation>
    </message>
    <message>
        <source>No finer names</source>
        <translation>不细分名称</translation>
    </message>
    <message>
        <source>Boxes have the names that the detector gives them</source>
        <translation>目标框使用检测模型给出的名称</translation>
    </message>
    <message>
        <source>Looks at up to four boxes of each picture, which costs some milliseconds a box.</source>
        <translation>每帧最多细看四个框，每个框需要几毫秒。</translation>
    </message>
    <message>
        <source>{backbone}, {count} classes</source>
        <translation>{backbone}，{count} 个类别</translation>
    </message>
    <message>
        <source>AP50 {value} %</source>
        <translation>AP50 {value} %</translation>
    </message>
    <message>
        <source>right at once {best} %, among its best five {five} %</source>
        <translation>首选正确率 {best} %，前五正确率 {five} %</translation>
    </message>
</context>
<context>
    <name>ModelDesk</name>
    <message>
        <source>loading…</source>
        <translation>加载中…</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>未加载</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
</context>
<context>
    <name>ObjectDesk</name>
    <message>
        <source>The detector is loading…</source>
        <translation>正在加载检测模型…</translation>
    </message>
    <message>
        <source>No detector</source>
        <translation>没有检测模型</translation>
    </message>
    <message>
        <source>Hold something in front of the camera</source>
        <translation>请把物品放到摄像头前</translation>
    </message>
    <message>
        <source>Nothing is found on this picture. A lower confidence finds more.</source>
        <translation>当前画面中没有检测到目标。调低置信度可找到更多。</translation>
    </message>
</context>
<context>
    <name>ObjectsModel</name>
    <message>
        <source>no.</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>conf</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>Click: sort by it; again: the other way round; again: as they came</source>
        <translation>单击按此列排序；再次单击反向排序；第三次恢复出现的顺序</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>目标的类别</translation>
    </message>
    <message>
        <source>Confidence, 0 to 1</source>
        <translation>置信度，0 到 1</translation>
    </message>
    <message>
        <source>Centre from the left, in pixels of the source</source>
        <translation>中心到左边缘的距离，以原画面的像素计</translation>
    </message>
    <message>
        <source>Left edge, in pixels of the source</source>
        <translation>左边缘的位置，以原画面的像素计</translation>
    </message>
    <message>
        <source>Centre from the top, in pixels of the source</source>
        <translation>中心到上边缘的距离，以原画面的像素计</translation>
    </message>
    <message>
        <source>Top edge, in pixels of the source</source>
        <translation>上边缘的位置，以原画面的像素计</translation>
    </message>
    <message>
        <source>Width, in pixels of the source</source>
        <translation>宽度，以原画面的像素计</translation>
    </message>
    <message>
        <source>Height, in pixels of the source</source>
        <translation>高度，以原画面的像素计</translation>
    </message>
    <message>
        <source>The object&apos;s own number, which it keeps from picture to picture</source>
        <translation>目标的编号，逐帧保持不变</translation>
    </message>
</context>
<context>
    <name>ObjectsTable</name>
    <message>
        <source>Objects in view</source>
        <translation>画面中的目标</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>OutputDesk</name>
    <message>
        <source>Choose a folder for recordings and pictures</source>
        <translation>选择保存录制和快照的文件夹</translation>
    </message>
    <message>
        <source>Name of recordings</source>
        <translation>录制文件名</translation>
    </message>
    <message>
        <source>Names begin with this; date and time follow:</source>
        <translation>文件名的开头，后面会加上日期和时间：</translation>
    </message>
</context>
<context>
    <name>PartDrawing</name>
    <message>
        <source>Part of the picture</source>
        <translation>画面区域</translation>
    </message>
    <message>
        <source>Arrows move the rectangle, Shift its right and lower edge, Ctrl by ten pixels; Enter uses it</source>
        <translation>方向键移动矩形；按住 Shift 移动右边和下边，按住 Ctrl 每次移动 10 像素；按回车键确认</translation>
    </message>
    <message>
        <source>Use this part</source>
        <translation>使用此区域</translation>
    </message>
    <message>
        <source>Only this part is looked at, shown and recorded from now on (Enter)</source>
        <translation>从现在起只检测、显示和录制此区域（回车）</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>All stays as it was (Esc)</source>
        <translation>一切保持原样（Esc）</translation>
    </message>
    <message>
        <source>Draw a rectangle around the part that is to be used</source>
        <translation>请框选要使用的区域</translation>
    </message>
    <message>
        <source>{width} × {height} pixels, from x {x} y {y}</source>
        <translation>{width} × {height} 像素，起点 x {x} y {y}</translation>
    </message>
</context>
<context>
    <name>PromiseChooser</name>
    <message>
        <source>Pace</source>
        <translation>节奏</translation>
    </message>
    <message>
        <source>As fast as it can</source>
        <translation>尽可能快</translation>
    </message>
    <message>
        <source>The detector looks at every picture that it has time for, always at the input size chosen</source>
        <translation>检测器有多少时间就看多少画面，始终使用所选的输入尺寸</translation>
    </message>
    <message>
        <source>Another…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>What is kept when the computer gets slow: a rate or a delay. For it the detector sees less or looks more seldom; both come back as soon as there is time again.</source>
        <translation>电脑变慢时要保证的内容：画面速率或延迟。为此检测器会看得更小或看得更少；一旦有余力，两者都会恢复。</translation>
    </message>
    <message>
        <source>Fastest</source>
        <translation>最快</translation>
    </message>
    <message>
        <source>Now: as fast as it can.</source>
        <translation>当前：尽可能快。</translation>
    </message>
</context>
<context>
    <name>PromiseDesk</name>
    <message>
        <source>Pace</source>
        <translation>节奏</translation>
    </message>
    <message>
        <source>Pictures a second, as 25 fps, or the longest delay, as 60 ms:</source>
        <translation>每秒画面数，如 25 fps；或最长延迟，如 60 ms：</translation>
    </message>
</context>
<context>
    <name>RecordOptions</name>
    <message>
        <source>How to record</source>
        <translation>录制选项</translation>
    </message>
    <message>
        <source>Quality, place and name of recordings.
They go to {folder}</source>
        <translation>录制的画质、位置和文件名。
保存到 {folder}</translation>
    </message>
    <message>
        <source>For the next recording:</source>
        <translation>用于下一次录制：</translation>
    </message>
    <message>
        <source>Small file</source>
        <translation>较小文件</translation>
    </message>
    <message>
        <source>About half the size; fine detail is blurred</source>
        <translation>文件大小约为一半；细节会变模糊</translation>
    </message>
    <message>
        <source>Normal quality</source>
        <translation>标准画质</translation>
    </message>
    <message>
        <source>Hardly to be told from the camera&apos;s picture</source>
        <translation>与摄像头画面几乎没有差别</translation>
    </message>
    <message>
        <source>Best quality</source>
        <translation>最高画质</translation>
    </message>
    <message>
        <source>About twice the size, and more computing time</source>
        <translation>文件大小约为两倍，占用更多算力</translation>
    </message>
    <message>
        <source>Clean picture, boxes in a file beside it</source>
        <translation>画面不带检测框，结果另存为文件</translation>
    </message>
    <message>
        <source>The video shows no boxes; a file of the same name (.jsonl) has them for every picture</source>
        <translation>视频中不画检测框；每一帧的结果保存在同名文件 (.jsonl) 中</translation>
    </message>
    <message>
        <source>Folder: {folder}</source>
        <translation>文件夹：{folder}</translation>
    </message>
    <message>
        <source>Another folder…</source>
        <translation>更改文件夹…</translation>
    </message>
    <message>
        <source>Show the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Name: {name} and the time…</source>
        <translation>文件名：{name} + 时间…</translation>
    </message>
    <message>
        <source>What the names of recordings and pictures begin with</source>
        <translation>录制和快照文件名的开头</translation>
    </message>
</context>
<context>
    <name>RunWindow</name>
    <message>
        <source>The source that is worked on</source>
        <translation>正在处理的来源</translation>
    </message>
    <message>
        <source>Time so far, what is detected and written, how fast, and the time left</source>
        <translation>已用时间、已检测并写入的数量、速度和剩余时间</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>The pace that was promised: how it is kept, what was chosen and given up for it</source>
        <translation>所承诺的节奏：保持得如何，为此选择了什么、放弃了什么</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The work is done; close the window (Esc)</source>
        <translation>处理已完成；关闭窗口（Esc）</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>End the work and close the window (Esc); what was done is kept</source>
        <translation>结束处理并关闭窗口（Esc）；已完成的内容会保留</translation>
    </message>
    <message>
        <source>{done} of {count} sources done</source>
        <translation>已完成 {done} 个来源，共 {count} 个</translation>
    </message>
    <message>
        <source>Loading the model {name} …</source>
        <translation>正在加载模型 {name} …</translation>
    </message>
    <message>
        <source>{number} of {count}: {name}</source>
        <translation>第 {number} 个，共 {count} 个：{name}</translation>
    </message>
    <message>
        <source>Opening {name} …</source>
        <translation>正在打开 {name} …</translation>
    </message>
    <message>
        <source>{frames} pictures</source>
        <translation>{frames} 帧</translation>
    </message>
    <message>
        <source>{frames} of {total} pictures</source>
        <translation>{frames} / {total} 帧</translation>
    </message>
    <message>
        <source>{rate} a second</source>
        <translation>每秒 {rate} 帧</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>SidePanel</name>
    <message>
        <source>Copy the table, or the rows chosen in it, for a spreadsheet (Ctrl+C in the table)</source>
        <translation>复制整个表格或选中的行，可粘贴到电子表格（在表格中按 Ctrl+C）</translation>
    </message>
    <message>
        <source>Copy the table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>Only objects that the detector is at least this sure of are shown, recorded and listed.
Lower finds more, and more of it wrongly. It costs no time.</source>
        <translation>只显示、录制和列出置信度不低于此值的目标。
调低会找到更多目标，但误检也更多。不影响速度。</translation>
    </message>
    <message>
        <source>Least confidence shown</source>
        <translation>最低置信度</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>重叠度</translation>
    </message>
    <message>
        <source>Boxes of one class that share more than this are taken for one object.
Higher keeps objects that stand close together, and gives some two boxes. It costs no time.</source>
        <translation>同类检测框的重叠超过此值时，视为同一个目标。
调高可保留挨得很近的目标，但有些目标会出现两个框。不影响速度。</translation>
    </message>
    <message>
        <source>Overlap from which two boxes are one object</source>
        <translation>两个框视为同一目标的重叠度</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>What stands beside a box, and how large</source>
        <translation>检测框旁显示的内容和大小</translation>
    </message>
    <message>
        <source>Last minutes</source>
        <translation>最近几分钟</translation>
    </message>
    <message>
        <source>Objects, delay and speed over the last ten minutes. Drawn once a second, only while it is open.</source>
        <translation>最近十分钟的目标数、延迟和速度。只在展开时绘制，每秒一次。</translation>
    </message>
    <message>
        <source>What the model that names takes of each picture that the detector looks at</source>
        <translation>命名模型处理检测器所看的每一帧所用的时间</translation>
    </message>
    <message>
        <source>Naming takes {ms} ms a picture</source>
        <translation>命名每帧耗时 {ms} 毫秒</translation>
    </message>
    <message>
        <source>Small things far away</source>
        <translation>远处的小目标</translation>
    </message>
    <message>
        <source>A zone of the picture that the detector looks at closely. It costs computing time, as it says.</source>
        <translation>检测器会仔细查看画面中的这个区域；所耗的计算时间会显示出来。</translation>
    </message>
    <message>
        <source>Best classes of the picture</source>
        <translation>画面最可能的类别</translation>
    </message>
    <message>
        <source>Objects in view ({count})</source>
        <translation>画面中的目标 ({count})</translation>
    </message>
    <message>
        <source>Seen last ({count})</source>
        <translation>最后看到的目标 ({count})</translation>
    </message>
    <message>
        <source>Copied, {count} rows</source>
        <translation>已复制 {count} 行</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Classes ({on} of {known})</source>
        <translation>类别 ({on}/{known})</translation>
    </message>
    <message>
        <source>Which classes are shown, recorded and listed</source>
        <translation>要显示、录制和列出的类别</translation>
    </message>
    <message>
        <source>No class is ticked: nothing is shown</source>
        <translation>没有勾选任何类别，因此不显示目标</translation>
    </message>
</context>
<context>
    <name>SizeChooser</name>
    <message>
        <source>Input size</source>
        <translation>输入尺寸</translation>
    </message>
    <message>
        <source>How large the detector sees the picture, width × height. Larger finds smaller and more distant objects, and takes longer: twice the area, twice the time.</source>
        <translation>检测时画面的大小，宽 × 高。越大越能找到小而远的目标，但更慢：面积加倍，用时也加倍。</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Automatic, {size}</source>
        <translation>自动，{size}</translation>
    </message>
    <message>
        <source>Automatic: by the picture&apos;s shape</source>
        <translation>自动：按画面比例选择</translation>
    </message>
    <message>
        <source>{size}	about {times}× the time</source>
        <translation>{size}	用时约 {times} 倍</translation>
    </message>
    <message>
        <source>Every picture is fitted into this shape</source>
        <translation>每帧画面都会缩放到此尺寸</translation>
    </message>
</context>
<context>
    <name>SliderRow</name>
    <message>
        <source>Back to the usual value, {value}</source>
        <translation>恢复默认值 {value}</translation>
    </message>
</context>
<context>
    <name>SourceChooser</name>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Where the pictures come from: a camera, a file, a folder or a stream. A recording ends with it.</source>
        <translation>画面的来源：摄像头、文件、文件夹或视频流。切换来源会结束录制。</translation>
    </message>
    <message>
        <source>Up to {width}x{height}</source>
        <translation>最高 {width}x{height}</translation>
    </message>
    <message>
        <source>In use by another program</source>
        <translation>正被其他程序使用</translation>
    </message>
    <message>
        <source>Not allowed</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>No room left on its USB connection</source>
        <translation>USB 带宽不足</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>没有画面</translation>
    </message>
    <message>
        <source>Looking for cameras…</source>
        <translation>正在查找摄像头…</translation>
    </message>
    <message>
        <source>No camera found</source>
        <translation>未找到摄像头</translation>
    </message>
    <message>
        <source>Cameras and their settings…	Ctrl+K</source>
        <translation>摄像头及其设置…	Ctrl+K</translation>
    </message>
    <message>
        <source>Seen before</source>
        <translation>最近打开过</translation>
    </message>
    <message>
        <source>Forget these</source>
        <translation>清除最近记录</translation>
    </message>
    <message>
        <source>Bundled clip</source>
        <translation>示例视频</translation>
    </message>
    <message>
        <source>Twelve seconds that are always here</source>
        <translation>自带的 12 秒视频，随时可用</translation>
    </message>
    <message>
        <source>Open file…	Ctrl+O</source>
        <translation>打开文件…	Ctrl+O</translation>
    </message>
    <message>
        <source>Open folder…	Ctrl+Shift+O</source>
        <translation>打开文件夹…	Ctrl+Shift+O</translation>
    </message>
    <message>
        <source>Stream address…	Ctrl+U</source>
        <translation>视频流地址…	Ctrl+U</translation>
    </message>
    <message>
        <source>Switching on…</source>
        <translation>正在开启…</translation>
    </message>
</context>
<context>
    <name>SourceDesk</name>
    <message>
        <source>Looking for a camera…</source>
        <translation>正在查找摄像头…</translation>
    </message>
    <message>
        <source>Open a folder of pictures</source>
        <translation>打开图片文件夹</translation>
    </message>
    <message>
        <source>Opening {name}…</source>
        <translation>正在打开 {name}…</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>没有画面</translation>
    </message>
    <message>
        <source>Bundled clip</source>
        <translation>示例视频</translation>
    </message>
    <message>
        <source>Camera {number}</source>
        <translation>摄像头 {number}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>One picture back, and stop there (,)</source>
        <translation>后退一帧并暂停 (,)</translation>
    </message>
    <message>
        <source>One picture back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One picture on, and stop there (.)</source>
        <translation>前进一帧并暂停 (.)</translation>
    </message>
    <message>
        <source>One picture on</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>Where the picture is in the file; click or draw to go elsewhere</source>
        <translation>画面在文件中的位置；点击或拖动可跳转</translation>
    </message>
    <message>
        <source>Place in the file</source>
        <translation>播放位置</translation>
    </message>
    <message>
        <source>Time of this picture, length of the file, and the picture&apos;s number from 0</source>
        <translation>当前画面的时间、文件总时长，以及画面序号（从 0 开始）</translation>
    </message>
    <message>
        <source>Time in the file</source>
        <translation>播放时间</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Picture over the full screen (F11)</source>
        <translation>全屏显示画面 (F11)</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
</context>
<context>
    <name>TurnForm</name>
    <message>
        <source>Mirror left and right</source>
        <translation>左右镜像</translation>
    </message>
    <message>
        <source>As in a mirror; coordinates and recordings follow</source>
        <translation>像照镜子一样；坐标和录制也随之变化</translation>
    </message>
    <message>
        <source>Turn</source>
        <translation>旋转</translation>
    </message>
    <message>
        <source>For a camera that hangs sideways or upside down; costs next to nothing</source>
        <translation>适用于侧装或倒装的摄像头；几乎不影响速度</translation>
    </message>
    <message>
        <source>Turn the picture</source>
        <translation>旋转画面</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>不旋转</translation>
    </message>
    <message>
        <source>90° to the right</source>
        <translation>顺时针 90°</translation>
    </message>
    <message>
        <source>Upside down</source>
        <translation>180°</translation>
    </message>
    <message>
        <source>90° to the left</source>
        <translation>逆时针 90°</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>Left, top, width and height of the part that is used, in pixels; small objects in it are found</source>
        <translation>所用区域的左、上、宽、高（像素）；裁剪后更容易检测到其中的小目标</translation>
    </message>
    <message>
        <source>Crop: left</source>
        <translation>裁剪：左</translation>
    </message>
    <message>
        <source>Crop: top</source>
        <translation>裁剪：上</translation>
    </message>
    <message>
        <source>Crop: width</source>
        <translation>裁剪：宽</translation>
    </message>
    <message>
        <source>Crop: height</source>
        <translation>裁剪：高</translation>
    </message>
    <message>
        <source>Draw on the picture</source>
        <translation>在画面上框选</translation>
    </message>
    <message>
        <source>Draw the part with the mouse; the whole picture is shown meanwhile</source>
        <translation>用鼠标框选要使用的区域；框选时显示整个画面</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>整个画面</translation>
    </message>
    <message>
        <source>Crops nothing</source>
        <translation>不裁剪</translation>
    </message>
</context>
<context>
    <name>VideoView</name>
    <message>
        <source>Picture</source>
        <translation>画面</translation>
    </message>
    <message>
        <source>Plus and minus zoom, arrows move the part in sight, 0 shows the whole picture</source>
        <translation>加号、减号缩放，方向键移动，0 显示整个画面</translation>
    </message>
    <message>
        <source>Back to the whole picture (0, or a double click)</source>
        <translation>显示整个画面（按 0 或双击）</translation>
    </message>
    <message>
        <source>Last picture</source>
        <translation>最后一帧画面</translation>
    </message>
</context>
<context>
    <name>ZoneDrawing</name>
    <message>
        <source>Zone for small things</source>
        <translation>小目标区域</translation>
    </message>
    <message>
        <source>Draw a zone around what is far away; the smaller it is, the closer the look</source>
        <translation>在远处的目标周围画一个区域；区域越小，看得越仔细</translation>
    </message>
    <message>
        <source>Look closely here</source>
        <translation>仔细查看这里</translation>
    </message>
    <message>
        <source>The detector looks at this zone in tiles, too; everything is shown and recorded as before (Enter)</source>
        <translation>检测器还会分块查看这个区域；显示和录制的内容不变（Enter）</translation>
    </message>
</context>
<context>
    <name>ZonePanel</name>
    <message>
        <source>Draw</source>
        <translation>画区域</translation>
    </message>
    <message>
        <source>Draw the zone on the picture</source>
        <translation>在画面上画区域</translation>
    </message>
    <message>
        <source>Draw the zone on the picture, with the mouse or the arrow keys</source>
        <translation>用鼠标或方向键在画面上画区域</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>整个画面</translation>
    </message>
    <message>
        <source>The whole picture as the zone</source>
        <translation>以整个画面为区域</translation>
    </message>
    <message>
        <source>All of it is the zone: a less close look than at a small zone, and it costs most</source>
        <translation>以整个画面为区域：不如小区域看得仔细，而且最耗时</translation>
    </message>
    <message>
        <source>None</source>
        <translation>不用</translation>
    </message>
    <message>
        <source>No zone</source>
        <translation>不用区域</translation>
    </message>
    <message>
        <source>No zone: the detector looks at the picture as a whole alone, which costs least</source>
        <translation>不用区域：检测器只看整个画面，耗时最少</translation>
    </message>
    <message>
        <source>1 tile, +{ms} ms</source>
        <translation>1 块，+{ms} 毫秒</translation>
    </message>
    <message>
        <source>Seen {times} times as large, in one tile that takes {ms} ms, by turns with the whole picture. What is not looked at just now is carried along.</source>
        <translation>看到的大小是原来的 {times} 倍，只有一块，耗时 {ms} 毫秒，与整个画面轮流进行；这一帧没有看的部分沿用之前的结果。</translation>
    </message>
    <message>
        <source>{tiles} tiles, +{ms} ms</source>
        <translation>{tiles} 块，+{ms} 毫秒</translation>
    </message>
    <message>
        <source>Seen {times} times as large. All {tiles} tiles take {ms} ms: some in each picture, by turns with the whole of it. What is not looked at just now is carried along.</source>
        <translation>看到的大小是原来的 {times} 倍。全部 {tiles} 块共耗时 {ms} 毫秒：每帧看其中几块，与整个画面轮流进行；这一帧没有看的部分沿用之前的结果。</translation>
    </message>
    <message>
        <source>The zone lies outside the crop; draw another one.</source>
        <translation>区域在裁剪范围之外，请重新画一个。</translation>
    </message>
    <message>
        <source>Draw a zone around what is far away: the detector looks at it closely, in tiles, by turns with the whole picture. The smaller the zone, the closer the look.</source>
        <translation>在远处的目标周围画一个区域：检测器会分块仔细查看它，与整个画面轮流进行。区域越小，看得越仔细。</translation>
    </message>
</context>
<context>
    <name>controls</name>
    <message>
        <source>Exposure</source>
        <translation>曝光</translation>
    </message>
    <message>
        <source>Slower in low light</source>
        <translation>暗光时降低帧率</translation>
    </message>
    <message>
        <source>Focus</source>
        <translation>对焦</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>白平衡</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>增益</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Saturation</source>
        <translation>饱和度</translation>
    </message>
    <message>
        <source>Hue</source>
        <translation>色调</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>伽马</translation>
    </message>
    <message>
        <source>Flicker of lamps</source>
        <translation>防闪烁</translation>
    </message>
    <message>
        <source>Sharpness</source>
        <translation>锐度</translation>
    </message>
    <message>
        <source>Backlight</source>
        <translation>逆光补偿</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>变焦</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>水平转动</translation>
    </message>
    <message>
        <source>Tilt</source>
        <translation>俯仰</translation>
    </message>
    <message>
        <source>{name}, automatic</source>
        <translation>自动{name}</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Auto Mode</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Manual Mode</source>
        <translation>手动</translation>
    </message>
    <message>
        <source>Shutter Priority Mode</source>
        <translation>快门优先</translation>
    </message>
    <message>
        <source>Aperture Priority Mode</source>
        <translation>光圈优先</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>dialogs</name>
    <message>
        <source>Videos and pictures</source>
        <translation>视频和图片</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Open a video or picture</source>
        <translation>打开视频或图片</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>The address of a network camera or stream, as its manual gives it:</source>
        <translation>网络摄像头或视频流的地址（见其说明书）：</translation>
    </message>
    <message>
        <source>Stream address</source>
        <translation>视频流地址</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Look &amp;in:</source>
        <translation>查找范围(&amp;I)：</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>文件类型(&amp;T)：</translation>
    </message>
</context>
<context>
    <name>engines</name>
    <message>
        <source>1 thread</source>
        <translation>1 个线程</translation>
    </message>
    <message>
        <source>{count} threads</source>
        <translation>{count} 个线程</translation>
    </message>
    <message>
        <source>{engine}: {ms} ms</source>
        <translation>{engine}：{ms} 毫秒</translation>
    </message>
    <message>
        <source>{engine}: {ms} ms, at work now</source>
        <translation>{engine}：{ms} 毫秒，正在工作</translation>
    </message>
    <message>
        <source>{device} works. Others are being tried beside it, on the pictures that come.</source>
        <translation>{device} 正在工作。同时在用眼前的画面试验其他引擎。</translation>
    </message>
    <message>
        <source>{device}: the fastest of those that were measured on this machine, or hardly slower than that.</source>
        <translation>{device}：在本机测得最快，或与最快的相差无几。</translation>
    </message>
    <message>
        <source>{device}: the fastest that works here.</source>
        <translation>{device}：这台电脑上可用的最快选择。</translation>
    </message>
</context>
<context>
    <name>language</name>
    <message>
        <source>en</source>
        <translation>zh</translation>
    </message>
</context>
<context>
    <name>mend</name>
    <message>
        <source>Choose a source</source>
        <translation>选择来源</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Choose the device for me</source>
        <translation>自动选择设备</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
</context>
<context>
    <name>precision</name>
    <message>
        <source>Whole numbers of 8 bits: the fastest on a processor, and nearly as exact</source>
        <translation>8 位整数：在处理器上最快，精确度几乎相同</translation>
    </message>
    <message>
        <source>Floats of 16 bits: slower than int8 on a processor, hardly less exact than fp32. The first time it takes some seconds to start.</source>
        <translation>16 位浮点数：在处理器上比 int8 慢，精确度几乎与 fp32 相同。首次启动需要几秒。</translation>
    </message>
    <message>
        <source>Floats of 32 bits: exact, and several times as slow as int8. The first time it takes some seconds to start.</source>
        <translation>32 位浮点数：精确，用时是 int8 的几倍。首次启动需要几秒。</translation>
    </message>
    <message>
        <source>int8, the fastest on a processor</source>
        <translation>int8，在处理器上最快</translation>
    </message>
    <message>
        <source>bf16, in between</source>
        <translation>bf16，居中</translation>
    </message>
    <message>
        <source>fp32, exact and the slowest</source>
        <translation>fp32，精确但最慢</translation>
    </message>
    <message>
        <source>Automatic, as measured</source>
        <translation>自动（按实测）</translation>
    </message>
    <message>
        <source>The fastest that finds on camapp&apos;s check picture what exact arithmetic finds</source>
        <translation>在 camapp 的检查图片上与精确计算结果一致的最快方式</translation>
    </message>
    <message>
        <source>Precision {name}: you chose it.</source>
        <translation>精度 {name}：由您选择。</translation>
    </message>
    <message>
        <source>Precision {name}: chosen by itself, the fastest of those measured here.</source>
        <translation>精度 {name}：自动选择，在本机测得最快。</translation>
    </message>
    <message>
        <source>Precision {name}: chosen by itself, the model brings it and it is the fastest on a processor.</source>
        <translation>精度 {name}：自动选择，模型自带，在处理器上最快。</translation>
    </message>
    <message>
        <source>Precision {name}: chosen by itself, it suits this device best.</source>
        <translation>精度 {name}：自动选择，最适合此设备。</translation>
    </message>
    <message>
        <source>A model that names whole pictures computes in its own form</source>
        <translation>为整幅画面命名的模型以自己的精度计算</translation>
    </message>
    <message>
        <source>This device computes with floats only</source>
        <translation>此设备只用浮点数计算</translation>
    </message>
    <message>
        <source>This model file has no int8 network; `python -m detector.export --int8` adds one</source>
        <translation>此模型文件没有 int8 网络；可用 `python -m detector.export --int8` 添加</translation>
    </message>
    <message>
        <source>This processor does not compute in bf16</source>
        <translation>此处理器不能以 bf16 计算</translation>
    </message>
</context>
<context>
    <name>promise</name>
    <message>
        <source>{fps} pictures a second</source>
        <translation>每秒 {fps} 张画面</translation>
    </message>
    <message>
        <source>Delay under {ms} ms</source>
        <translation>延迟低于 {ms} 毫秒</translation>
    </message>
    <message>
        <source>Each picture is shown with its boxes before the next one is due. Costs detail if need be.</source>
        <translation>每张画面都在下一张到来之前连同方框一起显示。必要时会牺牲细节。</translation>
    </message>
    <message>
        <source>Picture and boxes come so soon after the camera has taken it. Costs detail if need be.</source>
        <translation>画面和方框在摄像头拍摄后这么短的时间内出现。必要时会牺牲细节。</translation>
    </message>
    <message>
        <source>{promise}, 1/{every}</source>
        <translation>{promise}，1/{every}</translation>
    </message>
    <message>
        <source>{promise}: too slow</source>
        <translation>{promise}：做不到</translation>
    </message>
    <message>
        <source>Now: {promise}; being measured.</source>
        <translation>当前：{promise}；正在测量。</translation>
    </message>
    <message>
        <source>Only {fps} pictures a second come from the source.</source>
        <translation>来源每秒只有 {fps} 张画面。</translation>
    </message>
    <message>
        <source>Kept: 95 of 100 pictures take no more than {ms} of {limit} ms.</source>
        <translation>已做到：100 张画面中有 95 张不超过 {ms} 毫秒，上限 {limit} 毫秒。</translation>
    </message>
    <message>
        <source>Not kept: {ms} instead of {limit} ms, and nothing is left to give up.</source>
        <translation>未做到：{ms} 毫秒，上限 {limit} 毫秒，且已没有可以再让步的。</translation>
    </message>
    <message>
        <source>Not kept yet: {ms} instead of {limit} ms.</source>
        <translation>尚未做到：{ms} 毫秒，上限 {limit} 毫秒。</translation>
    </message>
    <message>
        <source>Chosen: the detector looks at every picture, at {size}.</source>
        <translation>选择：检测器查看每张画面，输入尺寸 {size}。</translation>
    </message>
    <message>
        <source>Chosen: the detector looks at 1 picture of {every}, at {size}; boxes are carried in between.</source>
        <translation>选择：检测器每 {every} 张画面看 1 张，输入尺寸 {size}；其间的方框由跟踪推算。</translation>
    </message>
    <message>
        <source>Given up: nothing.</source>
        <translation>让步：无。</translation>
    </message>
    <message>
        <source>small and distant objects</source>
        <translation>小而远的目标</translation>
    </message>
    <message>
        <source>boxes that are found anew in each picture</source>
        <translation>每张画面重新找到的方框</translation>
    </message>
    <message>
        <source>Given up: {what}.</source>
        <translation>让步：{what}。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>source</name>
    <message>
        <source>{size}, picture</source>
        <translation>{size}，图片</translation>
    </message>
    <message>
        <source>{size}, first of {count} pictures</source>
        <translation>{size}，共 {count} 张图片</translation>
    </message>
</context>
</TS>
