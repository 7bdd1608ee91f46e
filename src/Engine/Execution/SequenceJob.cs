namespace Ait.Engine.Execution;

/// <summary>One sequence on its way through the model: what was fed, what waits, and the pages it holds.</summary>
internal abstract class SequenceJob
{
    private readonly int[] _tokens;
    private readonly ModelConfig _config;
    private PrefixCache? _prefixes;
    private KeyValueCache? _cache;
    private Digest _lastKey;
    private int _known;
    private int _fed;

    protected SequenceJob(int index, Model model, ReadOnlySpan<int> prompt, int maxNewTokens)
    {
        Index = index;
        _config = model.Config;
        _tokens = new int[prompt.Length + maxNewTokens];
        prompt.CopyTo(_tokens);
        PromptLength = prompt.Length;
        Count = prompt.Length;
    }

    public int Index { get; }

    public Slice Slice { get; } = new();

    public FinishReason FinishReason { get; protected set; }

    public int PromptLength { get; }

    /// <summary>Tokens so far, prompt included.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens that the sequence may come to hold.</summary>
    public int Capacity => _tokens.Length;

    public int Generated => Count - PromptLength;

    /// <summary>Whether the prompt is behind it.</summary>
    public bool IsDecoding => Generated > 0;

    /// <summary>Tokens that wait to go through the model: the rest of the prompt, or the token generated last.</summary>
    public int Waiting => Count - _fed;

    /// <summary>Tokens whose keys and values were found and not computed.</summary>
    public int Reused { get; private set; }

    protected ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Whether keys and values that others computed will do: the rows in between must leave no other trace.</summary>
    protected virtual bool MayReuse => true;

    /// <summary>Takes the pages for the whole length, shared ones first. False if they cannot be had yet.</summary>
    public bool TryEnter(PagePool pool, PrefixCache prefixes)
    {
        List<CachePage> shared = MayReuse ? prefixes.Find(Tokens) : [];
        int needed = PagePool.PagesFor(_tokens.Length) - shared.Count;
        prefixes.MakeRoom(needed);
        if (pool.Available < needed)
        {
            foreach (CachePage page in shared)
            {
                pool.Release(page);
            }

            return false;
        }

        _prefixes = prefixes;
        _cache = new KeyValueCache(_config, pool, _tokens.Length, shared);
        Slice.Cache = _cache;
        Reused = shared.Count * HeadCache.PagePositions;
        _fed = Reused;
        return true;
    }

    /// <summary>Makes the next waiting tokens the slice of the coming step.</summary>
    public void Feed(int count)
    {
        Slice.Start = _fed;
        Slice.Tokens = _tokens.AsMemory(_fed, count);
        _fed += count;
        Slice.IsLast = _fed == Count;
        Prepare();
    }

    /// <summary>Takes the outcome of a step. Returns the generated token, or −1.</summary>
    public abstract int Accept(IStepExecutor executor, Sampler sampler);

    /// <summary>Whether the step accepted last left logits to be linked.</summary>
    public virtual bool HasLink => false;

    /// <summary>Links the logits of the step accepted last. On any thread, once, before the next step is accepted.</summary>
    public virtual void Link(IStepExecutor executor)
    {
    }

    /// <summary>Gives the pages back; whole ones stay known to others if nothing went wrong.</summary>
    public void Leave()
    {
        if (FinishReason != FinishReason.Fault)
        {
            Remember();
        }

        _cache?.Release();
        _cache = null;
    }

    /// <summary>Says what the coming step has to yield.</summary>
    protected abstract void Prepare();

    protected void Append(int token) => _tokens[Count++] = token;

    /// <summary>Tells the prefix cache of every page that is full.</summary>
    protected void Remember()
    {
        if (_cache is null || _prefixes is null || !MayReuse || Slice.Faulted)
        {
            return;
        }

        for (int end = (_known + 1) * HeadCache.PagePositions; end <= _fed; end += HeadCache.PagePositions)
        {
            _lastKey = PrefixCache.KeyOf(_lastKey, _tokens.AsSpan(end - HeadCache.PagePositions, HeadCache.PagePositions));
            _prefixes.Add(_lastKey, _cache.Page(_known));
            _known++;
        }
    }
}
