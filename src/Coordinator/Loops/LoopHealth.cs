using System.Collections.Concurrent;

namespace Ait.Coordinator.Loops;

/// <summary>What each loop last said of itself; /readyz shows it.</summary>
internal sealed class LoopHealth
{
    private readonly ConcurrentDictionary<string, string?> _faults = new();

    /// <summary>Sentences about what does not work now, by loop; a loop that has not finished its first round counts as not working.</summary>
    internal IReadOnlyList<string> Faults => [.. _faults.Where(fault => fault.Value is not null).OrderBy(fault => fault.Key).Select(fault => $"{fault.Key}: {fault.Value}")];

    internal bool WorkedOnce { get; private set; }

    internal void Starting(string loop) => _faults[loop] = "has not finished its first round";

    internal void Works(string loop)
    {
        _faults[loop] = null;
        WorkedOnce = true;
    }

    /// <summary>Another replica leads; nothing is wrong with that.</summary>
    internal void StandsBy(string loop) => _faults[loop] = null;

    internal void Fails(string loop, string sentence) => _faults[loop] = sentence;
}
