using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ait.Engine.Execution;

/// <summary>One request on its way: what was fed, what was generated, and the digest chain over the logits.</summary>
internal sealed class Generation
{
    private readonly int[] _tokens;
    private readonly byte[] _link;
    private readonly Digest _modelDigest;
    private int _fed;
    private int _count;

    public Generation(int index, GenerationRequest request, Model model)
    {
        Index = index;
        Request = request;
        _modelDigest = model.Descriptor.Digest;
        int capacity = request.Prompt.Length + request.MaxNewTokens;
        _tokens = new int[capacity];
        request.Prompt.CopyTo(_tokens);
        _count = request.Prompt.Length;
        Slice = new Slice { Cache = new KeyValueCache(model.Config, capacity) };
        _link = new byte[Digest.Size + sizeof(int) + (sizeof(float) * model.Config.Vocabulary)];
        FirstLink(_modelDigest, request.Digest).CopyTo(_link);
    }

    public int Index { get; }

    public GenerationRequest Request { get; }

    public Slice Slice { get; }

    public FinishReason FinishReason { get; private set; }

    public int Generated => _count - Request.Prompt.Length;

    /// <summary>Tokens that wait to go through the model: the rest of the prompt, or the token generated last.</summary>
    public int Waiting => _count - _fed;

    public static Digest FirstLink(Digest model, Digest request)
    {
        Span<byte> bytes = stackalloc byte[4 + (2 * Digest.Size)];
        "AXL1"u8.CopyTo(bytes);
        model.CopyTo(bytes[4..]);
        request.CopyTo(bytes[(4 + Digest.Size)..]);
        return Digest.Of(bytes);
    }

    /// <summary>Makes the next waiting tokens the slice of the coming step.</summary>
    public void Feed(int count)
    {
        Slice.Start = _fed;
        Slice.Tokens = _tokens.AsMemory(_fed, count);
        _fed += count;
        Slice.WantsLogits = _fed == _count;
    }

    /// <summary>Takes the outcome of a step. Returns the generated token, or −1.</summary>
    public int Accept(StepExecutor executor, Sampler sampler)
    {
        if (Slice.Faulted)
        {
            FinishReason = FinishReason.Fault;
            return -1;
        }

        if (!Slice.WantsLogits)
        {
            return -1;
        }

        ReadOnlySpan<float> logits = executor.Logits(Slice.LogitsRow);
        int token = sampler.Choose(logits, Request.Sampling, Request.Seed, _count);
        Link(logits, token);
        _tokens[_count++] = token;
        FinishReason = Request.StopTokens.AsSpan().BinarySearch(token) >= 0 ? FinishReason.Stop
            : Generated == Request.MaxNewTokens ? FinishReason.Length
            : FinishReason.None;
        return token;
    }

    public Transcript ToTranscript() => new(
        _modelDigest,
        Request.Digest,
        FinishReason,
        FinishReason == FinishReason.Fault ? EngineRefusalCode.NumericRange : EngineRefusalCode.None,
        _tokens.AsSpan(Request.Prompt.Length, Generated),
        new Digest(_link.AsSpan(0, Digest.Size)));

    public static Transcript Refused(Model model, GenerationRequest request, EngineRefusal refusal) => new(
        model.Descriptor.Digest,
        request.Digest,
        FinishReason.Refused,
        refusal.Code,
        [],
        FirstLink(model.Descriptor.Digest, request.Digest));

    // link = SHA-256(link ‖ token ‖ logits), little-endian.
    private void Link(ReadOnlySpan<float> logits, int token)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_link.AsSpan(Digest.Size), token);
        Span<byte> bits = _link.AsSpan(Digest.Size + sizeof(int));
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(logits).CopyTo(bits);
        }
        else
        {
            for (int i = 0; i < logits.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bits[(i * sizeof(float))..], logits[i]);
            }
        }

        System.Security.Cryptography.SHA256.HashData(_link, _link.AsSpan(0, Digest.Size));
    }
}
