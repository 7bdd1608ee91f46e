using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ait.Engine.Execution;

/// <summary>One generation: chooses tokens and links the digest chain over their logits.</summary>
internal sealed class Generation : SequenceJob
{
    private readonly byte[] _link = new byte[Digest.Size];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Digest _modelDigest;
    private readonly Tokenizer _tokenizer;

    // The end of the text so far, as long as a stop sequence can reach back, and the bytes of the latest token.
    private byte[] _text;
    private int _textLength;

    // What is still to be linked: the row of the logits, −1 if nothing, and the token after them.
    private int _linkRow = -1;
    private int _linkToken;

    public Generation(int index, GenerationRequest request, Model model)
        : base(index, model, request.Prompt.AsSpan(), request.MaxNewTokens)
    {
        Request = request;
        _modelDigest = model.Descriptor.Digest;
        _tokenizer = model.Tokenizer;
        _text = new byte[request.StopSequences.IsEmpty ? 0 : 4 * EngineLimits.MaxStopSequenceBytes];
        FirstLink(_modelDigest, request.Digest).CopyTo(_link);
    }

    public GenerationRequest Request { get; }

    public static Digest FirstLink(Digest model, Digest request)
    {
        Span<byte> bytes = stackalloc byte[4 + (2 * Digest.Size)];
        "AXL1"u8.CopyTo(bytes);
        model.CopyTo(bytes[4..]);
        request.CopyTo(bytes[(4 + Digest.Size)..]);
        return Digest.Of(bytes);
    }

    public override int Accept(IStepExecutor executor, Sampler sampler)
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

        int token = Slice.Token >= 0 ? Slice.Token : sampler.Choose(executor.Logits(Slice.LogitsRow), Request.Sampling, Request.Seed, Count);
        (_linkRow, _linkToken) = (Slice.LogitsRow, token);
        Append(token);
        FinishReason = Request.StopTokens.AsSpan().BinarySearch(token) >= 0 || CompletesSequence(token) ? FinishReason.Stop
            : Generated == Request.MaxNewTokens ? FinishReason.Length
            : FinishReason.None;
        if (Generated == 1)
        {
            Remember();
        }

        return token;
    }

    public override bool HasLink => _linkRow >= 0;

    // link = SHA-256(link ‖ token ‖ logits), little-endian.
    public override void Link(IStepExecutor executor)
    {
        Span<byte> token = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(token, _linkToken);
        _hash.AppendData(_link);
        _hash.AppendData(token);
        AppendLogits(executor.Logits(_linkRow));
        _ = _hash.GetHashAndReset(_link);
        _linkRow = -1;
    }

    public Transcript ToTranscript() => new(
        _modelDigest,
        Request.Digest,
        FinishReason,
        FinishReason == FinishReason.Fault ? EngineRefusalCode.NumericRange : EngineRefusalCode.None,
        Tokens[PromptLength..],
        new Digest(_link));

    public static Transcript Refused(Model model, GenerationRequest request, EngineRefusal refusal) => new(
        model.Descriptor.Digest,
        request.Digest,
        FinishReason.Refused,
        refusal.Code,
        [],
        FirstLink(model.Descriptor.Digest, request.Digest));

    protected override void Prepare()
    {
        Slice.WantsLogits = Slice.IsLast;
        Slice.Sampling = Request.Sampling;
        Slice.Seed = Request.Seed;
    }

    private void AppendLogits(ReadOnlySpan<float> logits)
    {
        if (BitConverter.IsLittleEndian)
        {
            _hash.AppendData(MemoryMarshal.AsBytes(logits));
            return;
        }

        Span<byte> bits = stackalloc byte[sizeof(float)];
        foreach (float logit in logits)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bits, logit);
            _hash.AppendData(bits);
        }
    }

    /// <summary>Whether the text comes to hold a stop sequence with this token. Earlier ones would have ended it before.</summary>
    private bool CompletesSequence(int token)
    {
        if (Request.StopSequences.IsEmpty)
        {
            return false;
        }

        int kept = Math.Min(_textLength, EngineLimits.MaxStopSequenceBytes - 1);
        _text.AsSpan(_textLength - kept, kept).CopyTo(_text);
        ReadOnlySpan<byte> bytes = _tokenizer.TokenBytes(token);
        _textLength = kept + bytes.Length;
        if (_textLength > _text.Length)
        {
            Array.Resize(ref _text, _textLength);
        }

        bytes.CopyTo(_text.AsSpan(kept));
        foreach (ReadOnlyMemory<byte> sequence in Request.StopSequences)
        {
            if (_text.AsSpan(0, _textLength).IndexOf(sequence.Span) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
