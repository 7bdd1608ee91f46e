using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Dispatching;

/// <summary>
/// What all letters of a task say alike, for the other devices of the task: it is on disk, and further seats have another commit deadline. A
/// memory only, of so many bytes: a workload may be small or as large as a request.
/// </summary>
internal sealed class LetterTasks
{
    private const int MostBytes = 1 << 24;
    private const int BytesBesideWorkload = 512;

    private readonly Remembered<(long TaskKey, long CommitDeadline), LetterTask> _tasks = new(MostBytes, task => BytesBesideWorkload + task.Workload.Length);

    internal LetterTask? Find(long taskKey, long commitDeadline) => _tasks.TryFind((taskKey, commitDeadline), out LetterTask? task) ? task : null;

    internal void Note(LetterTask task) => _tasks.Note((task.TaskKey, task.CommitDeadline), task);
}

/// <summary>The part of a letter that is the task's; times are unix milliseconds.</summary>
internal sealed record LetterTask(long TaskKey, Hash256 TaskId, ulong BatchId, MiningTask Task, ulong SeatedAt, long CommitDeadline, byte[] Workload)
{
    internal LeasedSeat ToSeat(Hash256 gpuId, byte seat, long until) =>
        new(TaskKey, TaskId, new SeatAssignment(BatchId, Task, seat, gpuId, SeatedAt / 1000, (ulong)CommitDeadline / 1000), Workload, until);
}
