using Ait.Engine.Execution;
using Ait.Engine.Gpu;

namespace Ait.Engine;

/// <summary>
/// Runs generations and embeddings of one model and keeps between them what they share: threads, buffers, and the keys and
/// values of prompts that begin alike. Whatever it kept, results are those of a run from nothing. Not for concurrent callers.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly Model _model;
    private readonly EngineOptions _options;
    private readonly WorkCrew _crew;
    private readonly Kernels? _kernels;
    private readonly GpuModel? _onDevice;
    private readonly IPageMemory _memory;
    private readonly Sampler _sampler;
    private IStepExecutor? _executor;
    private PagePool? _pool;
    private PrefixCache? _prefixes;
    private (int Rows, int Batch, int Positions) _room;

    /// <summary>Opens a session.</summary>
    /// <exception cref="EngineRefusedException">The options are invalid.</exception>
    public Session(Model model, EngineOptions? options = null)
        : this(model, options, null, null)
    {
    }

    /// <summary>Opens a session on a device, or with kernels, or where the options say.</summary>
    internal Session(Model model, EngineOptions? options, IGpuDevice? device, Kernels? kernels = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? EngineOptions.Default;
        if (_options.Check() is { } refusal)
        {
            throw new EngineRefusedException(refusal);
        }

        FloatingPointMode.Demand();
        device ??= kernels is null && Backends.Resolve(_options.Backend) == Backend.Gpu ? GpuBackend.Device : null;
        if (device is null)
        {
            _kernels = kernels ?? Backends.Create(_options.Backend);
            _memory = new HostPages(model.Config);
        }
        else
        {
            _onDevice = GpuBackend.Load(device, model);
            _memory = new GpuPages(device, model.Config);
        }

        _sampler = new Sampler(model.Config.Vocabulary);
        _crew = new WorkCrew(_options.Threads);
    }

    /// <summary>Prompt tokens of the last call whose keys and values were found and not computed.</summary>
    public int ReusedTokens { get; private set; }

    /// <summary>Bytes that keys and values take, those kept for later included.</summary>
    public long CacheBytes => _pool is null ? 0 : _pool.Taken * _pool.PageBytes;

    /// <summary>
    /// Runs the requests, several at a time, and yields their transcripts in the order of the requests. A request that does not
    /// fit the model yields a transcript that says so.
    /// </summary>
    /// <param name="requests">The requests.</param>
    /// <param name="progress">Told each token as it is generated, on the calling thread; may be null.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <exception cref="EngineRefusedException">There are too many requests, or they take more memory than allowed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; no transcript is made. The session can go on.</exception>
    public IReadOnlyList<Transcript> Generate(
        IReadOnlyList<GenerationRequest> requests,
        IProgress<GenerationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        CheckCount(requests.Count);
        var transcripts = new Transcript[requests.Count];
        var jobs = new List<SequenceJob>();
        for (int i = 0; i < requests.Count; i++)
        {
            if (requests[i].Check(_model.Config) is { } refusal)
            {
                transcripts[i] = Generation.Refused(_model, requests[i], refusal);
            }
            else
            {
                jobs.Add(new Generation(i, requests[i], _model));
            }
        }

        Run(jobs, progress, cancellation);
        foreach (SequenceJob job in jobs)
        {
            transcripts[job.Index] = ((Generation)job).ToTranscript();
        }

        return transcripts;
    }

    /// <summary>Embeds the prompts, several at a time, in their order. A prompt that does not fit yields an embedding that says so.</summary>
    /// <exception cref="EngineRefusedException">There are too many requests, or they take more memory than allowed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the session can go on.</exception>
    public IReadOnlyList<Embedding> Embed(IReadOnlyList<EmbeddingRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        CheckCount(requests.Count);
        var embeddings = new Embedding[requests.Count];
        var jobs = new List<SequenceJob>();
        for (int i = 0; i < requests.Count; i++)
        {
            if (requests[i].Check(_model.Config) is { } refusal)
            {
                embeddings[i] = new Embedding(_model.Descriptor.Digest, requests[i].Digest, FinishReason.Refused, refusal.Code, []);
            }
            else
            {
                jobs.Add(new EmbeddingJob(i, requests[i], _model));
            }
        }

        Run(jobs, null, cancellation);
        foreach (SequenceJob job in jobs)
        {
            embeddings[job.Index] = ((EmbeddingJob)job).ToEmbedding();
        }

        return embeddings;
    }

    /// <summary>Ends the threads and gives device memory back.</summary>
    public void Dispose()
    {
        _executor?.Dispose();
        _executor = null;
        (_memory as IDisposable)?.Dispose();
        _crew.Dispose();
    }

    private static void CheckCount(int count)
    {
        if (count > EngineLimits.MaxRequests)
        {
            throw new EngineRefusedException(EngineRefusal.Range(EngineRefusalCode.TooManyRequests, "requests", 0, EngineLimits.MaxRequests, count));
        }
    }

    private void Run(List<SequenceJob> jobs, IProgress<GenerationProgress>? progress, CancellationToken cancellation)
    {
        ReusedTokens = 0;
        if (jobs.Count == 0)
        {
            return;
        }

        FloatingPointMode.Demand();
        int longest = 0;
        foreach (SequenceJob job in jobs)
        {
            longest = Math.Max(longest, job.Capacity);
        }

        int batch = Math.Min(_options.BatchSize, jobs.Count);
        int chunk = Math.Min(_options.PrefillChunk, longest);
        (IStepExecutor executor, PagePool pool, PrefixCache prefixes) = MakeRoom(chunk + batch, batch, longest);
        new ContinuousBatch(executor, _sampler, pool, prefixes, _crew, batch, chunk).Run(jobs, progress, cancellation);
        foreach (SequenceJob job in jobs)
        {
            ReusedTokens += job.Reused;
        }
    }

    /// <summary>Buffers that hold at least so much; what was there before stays if it does.</summary>
    private (IStepExecutor Executor, PagePool Pool, PrefixCache Prefixes) MakeRoom(int rows, int batch, int positions)
    {
        (int Rows, int Batch, int Positions) room =
            (Math.Max(rows, _room.Rows), Math.Max(batch, _room.Batch), Math.Max(positions, _room.Positions));
        (long cacheBytes, EngineRefusal? refusal) = MemoryNeeds.Check(_model.Config, _options, _memory.PageBytes, room.Rows, room.Batch, room.Positions);
        if (refusal is not null)
        {
            throw new EngineRefusedException(refusal);
        }

        if (_executor is null || room.Rows > _room.Rows || room.Batch > _room.Batch)
        {
            _executor?.Dispose();
            _executor = _kernels is not null
                ? new StepExecutor(_model, _kernels, _crew, room.Rows, room.Batch, room.Positions)
                : new GpuExecutor(_onDevice!, _model.Config, room.Rows, room.Batch, room.Positions); // One of the two is always there.
        }

        _executor.EnsurePositions(room.Positions);
        _room = room;
        _pool ??= new PagePool(_memory, cacheBytes);
        _prefixes ??= new PrefixCache(_pool);
        _pool.MaxBytes = cacheBytes;
        return (_executor, _pool, _prefixes);
    }
}
