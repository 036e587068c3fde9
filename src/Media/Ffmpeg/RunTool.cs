using Spool.Platform;

namespace Spool.Media.Ffmpeg;

/// <summary>
/// Runs a tool in a folder of the caller's choice and gives back how it ended, also when it failed: algorithms that need ffmpeg do not know
/// whether a step, a verb or a test runs it. The working folder of the command is the caller's to set.
/// </summary>
public delegate Task<ToolResult> RunTool(ToolCommand command, CancellationToken cancel);
