namespace Ait.Coordinator.Ledger;

/// <summary>Requests that come in while a write is on its way to the disk share the next: one transaction for all of them.</summary>
/// <typeparam name="TItem">What a request wants written.</typeparam>
/// <typeparam name="TAnswer">What it is told.</typeparam>
internal sealed class WriteGroup<TItem, TAnswer>
{
    private readonly Func<IReadOnlyList<TItem>, IReadOnlyList<TAnswer>> _write;
    private readonly int _most;
    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isWriting;

    /// <param name="write">Writes several in one transaction and answers each in its place; all of it is on disk when it returns, none of it if it throws.</param>
    /// <param name="most">Most that share a transaction.</param>
    internal WriteGroup(Func<IReadOnlyList<TItem>, IReadOnlyList<TAnswer>> write, int most)
    {
        _write = write;
        _most = most;
    }

    /// <summary>The answer, once it is on disk.</summary>
    internal Task<TAnswer> WriteAsync(TItem item)
    {
        var waiting = new Waiting(item);
        lock (_gate)
        {
            _waiting.Enqueue(waiting);
            if (_isWriting)
            {
                return waiting.Answer.Task;
            }

            _isWriting = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static group => group.WriteAll(), this, preferLocal: false);
        return waiting.Answer.Task;
    }

    private void WriteAll()
    {
        while (true)
        {
            List<Waiting> group = [];
            lock (_gate)
            {
                while (group.Count < _most && _waiting.TryDequeue(out Waiting? next))
                {
                    group.Add(next);
                }

                if (group.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
            }

            WriteOne(group);
        }
    }

    private void WriteOne(List<Waiting> group)
    {
        IReadOnlyList<TAnswer> answers;
        try
        {
            answers = _write(group.ConvertAll(waiting => waiting.Item));
        }
        catch (Exception) when (group.Count > 1)
        {
            // Whose fault it was is found out one by one; nobody suffers for another.
            group.ForEach(waiting => WriteOne([waiting]));
            return;
        }
        catch (Exception fault)
        {
            group[0].Answer.SetException(fault);
            return;
        }

        for (int i = 0; i < group.Count; i++)
        {
            group[i].Answer.SetResult(answers[i]);
        }
    }

    private sealed record Waiting(TItem Item)
    {
        internal TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
