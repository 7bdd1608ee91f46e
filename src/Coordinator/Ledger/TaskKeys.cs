using System.Collections.Concurrent;
using Ait.Chain;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// The keys of tasks whose ids this process has met while they are worked on: a key finds a task without a search through ids that lie
/// anywhere. A memory only, and a hint: a reorganisation may give an id to another task, so whoever looks by key reads the id there.
/// </summary>
internal sealed class TaskKeys
{
    private const int MostRemembered = 1 << 17;

    private readonly ConcurrentDictionary<Hash256, long> _keys = new();

    internal void Note(Hash256 taskId, long taskKey)
    {
        if (_keys.Count >= MostRemembered)
        {
            _keys.Clear();
        }

        _keys[taskId] = taskKey;
    }

    internal long? Find(Hash256 taskId) => _keys.TryGetValue(taskId, out long taskKey) ? taskKey : null;

    internal void Forget(Hash256 taskId) => _keys.TryRemove(taskId, out _);
}
