using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ait.Engine.Execution;

/// <summary>One generation: chooses tokens and links the digest chain over their logits.</summary>
internal sealed class Generation : SequenceJob
{
    private readonly byte[] _link;
    private readonly Digest _modelDigest;
    private readonly Tokenizer _tokenizer;

    // The end of the text so far, as long as a stop sequence can reach back, and the bytes of the latest token.
    private byte[] _text;
    private int _textLength;

    public Generation(int index, GenerationRequest request, Model model)
        : base(index, model, request.Prompt.AsSpan(), request.MaxNewTokens)
    {
        Request = request;
        _modelDigest = model.Descriptor.Digest;
        _tokenizer = model.Tokenizer;
        _text = new byte[request.StopSequences.IsEmpty ? 0 : 4 * EngineLimits.MaxStopSequenceBytes];
        _link = new byte[Digest.Size + sizeof(int) + (sizeof(float) * model.Config.Vocabulary)];
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

        ReadOnlySpan<float> logits = executor.Logits(Slice.LogitsRow);
        int token = Slice.Token >= 0 ? Slice.Token : sampler.Choose(logits, Request.Sampling, Request.Seed, Count);
        Link(logits, token);
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

    public Transcript ToTranscript() => new(
        _modelDigest,
        Request.Digest,
        FinishReason,
        FinishReason == FinishReason.Fault ? EngineRefusalCode.NumericRange : EngineRefusalCode.None,
        Tokens[PromptLength..],
        new Digest(_link.AsSpan(0, Digest.Size)));

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
