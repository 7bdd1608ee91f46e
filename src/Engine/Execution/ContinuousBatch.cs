namespace Ait.Engine.Execution;

/// <summary>
/// Fills every step with what is there: one token of each generation that has its prompt behind it, then prompt tokens
/// up to the row budget. A finished generation makes room for the next request at once.
/// </summary>
internal sealed class ContinuousBatch(
    Model model,
    IReadOnlyList<GenerationRequest> requests,
    EngineOptions options,
    IProgress<GenerationProgress>? progress)
{
    private readonly Transcript[] _transcripts = new Transcript[requests.Count];
    private readonly List<Generation> _active = [];
    private readonly List<Slice> _slices = [];
    private int _next;

    public IReadOnlyList<Transcript> Run(CancellationToken cancellation)
    {
        int longest = 0;
        int runnable = 0;
        for (int i = 0; i < requests.Count; i++)
        {
            GenerationRequest request = requests[i];
            if (request.Check(model.Config) is { } refusal)
            {
                _transcripts[i] = Generation.Refused(model, request, refusal);
                continue;
            }

            runnable++;
            longest = Math.Max(longest, request.Prompt.Length + request.MaxNewTokens);
        }

        if (runnable == 0)
        {
            return _transcripts;
        }

        int batch = Math.Min(options.BatchSize, runnable);
        int chunk = Math.Min(options.PrefillChunk, longest);
        if (MemoryNeeds.Check(model.Config, options, chunk + batch, batch, longest) is { } excess)
        {
            throw new EngineRefusedException(excess);
        }

        using var crew = new WorkCrew(options.Threads);
        var executor = new StepExecutor(model, Backends.Create(options.Backend), crew, chunk + batch, batch, longest);
        var sampler = new Sampler(model.Config.Vocabulary);
        while (Admit(batch))
        {
            cancellation.ThrowIfCancellationRequested();
            Arrange(chunk, chunk + batch);
            executor.Step(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_slices));
            Accept(executor, sampler);
        }

        return _transcripts;
    }

    /// <summary>Takes up requests while there is room. False if nothing is left to do.</summary>
    private bool Admit(int batch)
    {
        while (_active.Count < batch && _next < requests.Count)
        {
            if (_transcripts[_next] is null)
            {
                _active.Add(new Generation(_next, requests[_next], model));
            }

            _next++;
        }

        return _active.Count > 0;
    }

    private void Arrange(int chunk, int budget)
    {
        _slices.Clear();
        foreach (Generation generation in _active)
        {
            if (generation.Generated > 0)
            {
                generation.Feed(1);
                _slices.Add(generation.Slice);
                budget--;
            }
        }

        foreach (Generation generation in _active)
        {
            int count = Math.Min(Math.Min(generation.Waiting, chunk), budget);
            if (generation.Generated == 0 && count > 0)
            {
                generation.Feed(count);
                _slices.Add(generation.Slice);
                budget -= count;
            }
        }
    }

    private void Accept(StepExecutor executor, Sampler sampler)
    {
        for (int i = 0; i < _active.Count; i++)
        {
            Generation generation = _active[i];
            if (!_slices.Contains(generation.Slice))
            {
                continue;
            }

            int token = generation.Accept(executor, sampler);
            if (token >= 0)
            {
                progress?.Report(new GenerationProgress(generation.Index, generation.Generated - 1, token));
            }
        }

        for (int i = _active.Count - 1; i >= 0; i--)
        {
            if (_active[i].FinishReason != FinishReason.None)
            {
                _transcripts[_active[i].Index] = _active[i].ToTranscript();
                _active.RemoveAt(i);
            }
        }
    }
}
