namespace Ait.Emulation;

/// <summary>Something the caller asked for that cannot be done; the message is one sentence with the remedy.</summary>
public sealed class EmulationException(string message) : Exception(message);
