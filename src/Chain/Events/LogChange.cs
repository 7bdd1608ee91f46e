using Ait.Chain.Rpc;

namespace Ait.Chain.Events;

/// <summary>A log that joined or left the chain.</summary>
/// <param name="IsRemoved">Whether a reorganisation took back a log that was added before.</param>
/// <param name="Log">The log.</param>
public sealed record LogChange(bool IsRemoved, Log Log);
