using Ait.Chain;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// The keys of tasks whose ids this process has met while they are worked on: a key finds a task without a search through ids that lie
/// anywhere. A memory only, and a hint: a reorganisation may give an id to another task, so whoever looks by key reads the id there.
/// </summary>
internal sealed class TaskKeys
{
    private readonly Remembered<Hash256, long> _keys = new(1 << 17);

    internal void Note(Hash256 taskId, long taskKey) => _keys.Note(taskId, taskKey);

    internal long? Find(Hash256 taskId) => _keys.TryFind(taskId, out long taskKey) ? taskKey : null;

    internal void Forget(Hash256 taskId) => _keys.Forget(taskId);
}
