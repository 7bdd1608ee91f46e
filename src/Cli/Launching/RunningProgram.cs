namespace Ait.Cli.Launching;

/// <summary>One started program: process id and start time together name it for ever.</summary>
internal sealed record RunningProgram(string Name, int ProcessId, long StartTicks);
