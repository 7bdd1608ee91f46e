using System.Runtime.InteropServices;

namespace Ait.Engine.Execution;

/// <summary>
/// Fills every step with what is there: one token of each sequence that has its prompt behind it, then prompt tokens up to the
/// row budget. A finished sequence makes room for the next at once; one is taken up only when the pages for its whole length
/// can be had, so that none has to be given up half-way. The digests over the logits of a step are linked while the next step
/// runs, where the executor leaves the crew and the logits alone.
/// </summary>
internal sealed class ContinuousBatch(IStepExecutor executor, Sampler sampler, PagePool pool, PrefixCache prefixes, WorkCrew crew, int batch, int chunk) : IWork
{
    private readonly List<SequenceJob> _active = [];
    private readonly List<Slice> _slices = [];
    private readonly List<SequenceJob> _linked = [];

    /// <summary>Runs the jobs to their end. Told each token, with the job it belongs to, as it is chosen.</summary>
    public void Run(IReadOnlyList<SequenceJob> jobs, IProgress<GenerationProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            int next = 0;
            while (Admit(jobs, ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                Arrange(batch + chunk);
                executor.Step(CollectionsMarshal.AsSpan(_slices));
                crew.End();
                Accept(progress);
            }
        }
        finally
        {
            crew.End();
            // After a cancellation the pages go back all the same.
            foreach (SequenceJob job in _active)
            {
                job.Leave();
            }

            _active.Clear();
        }
    }

    /// <summary>Takes up jobs while there is room. False if nothing is left to do.</summary>
    private bool Admit(IReadOnlyList<SequenceJob> jobs, ref int next)
    {
        while (_active.Count < batch && next < jobs.Count && jobs[next].TryEnter(pool, prefixes))
        {
            _active.Add(jobs[next]);
            next++;
        }

        if (_active.Count == 0 && next < jobs.Count)
        {
            throw new InvalidOperationException("The longest sequence was checked against the budget before the run.");
        }

        return _active.Count > 0;
    }

    private void Arrange(int budget)
    {
        _slices.Clear();
        foreach (SequenceJob job in _active)
        {
            if (job.IsDecoding)
            {
                job.Feed(1);
                _slices.Add(job.Slice);
                budget--;
            }
        }

        foreach (SequenceJob job in _active)
        {
            int count = Math.Min(Math.Min(job.Waiting, chunk), budget);
            if (!job.IsDecoding && count > 0)
            {
                job.Feed(count);
                _slices.Add(job.Slice);
                budget -= count;
            }
        }
    }

    void IWork.Execute(int phase, int from, int end, int worker)
    {
        for (int i = from; i < end; i++)
        {
            _linked[i].Link(executor);
        }
    }

    private void Accept(IProgress<GenerationProgress>? progress)
    {
        _linked.Clear();
        for (int i = 0; i < _active.Count; i++)
        {
            SequenceJob job = _active[i];
            if (!_slices.Contains(job.Slice))
            {
                continue;
            }

            int token = job.Accept(executor, sampler);
            if (job.HasLink)
            {
                _linked.Add(job);
            }

            if (token >= 0)
            {
                progress?.Report(new GenerationProgress(job.Index, job.Generated - 1, token));
            }
        }

        if (executor.KeepsLogits)
        {
            crew.Begin(this, 0, _linked.Count, 1);
        }
        else
        {
            crew.Run(this, 0, _linked.Count, 1);
        }

        for (int i = _active.Count - 1; i >= 0; i--)
        {
            if (_active[i].FinishReason != FinishReason.None)
            {
                _active[i].Leave();
                _active.RemoveAt(i);
            }
        }
    }
}
