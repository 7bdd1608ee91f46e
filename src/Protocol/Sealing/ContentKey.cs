using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol.Sealing;

/// <summary>
/// The one secret of a confidential workload: 32 random bytes, drawn by the buyer and used for one prompt. Who has it reads the prompt
/// and the answer, and can run it again. The bytes stay at one place in memory and are zeroed on disposal.
/// </summary>
public sealed class ContentKey : IDisposable
{
    /// <summary>Length of a key.</summary>
    public const int Size = 32;

    private const uint AnswerMagic = 0x41495443; // "AITC"
    private const byte AnswerVersion = 1;
    private const int AnswerHeadSize = 4 + 1;

    // A transcript without its tokens.
    private const int TranscriptHeadSize = 256;

    private readonly byte[] _key = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _disposed;

    private ContentKey()
    {
    }

    private static ReadOnlySpan<byte> PromptPurpose => "prompt"u8;

    private static ReadOnlySpan<byte> AnswerPurpose => "answer"u8;

    /// <summary>A fresh key.</summary>
    public static ContentKey Create()
    {
        var key = new ContentKey();
        RandomNumberGenerator.Fill(key._key);
        return key;
    }

    /// <summary>Copies the bytes of a key; the caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static ContentKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"expected {Size} bytes, found {bytes.Length}", nameof(bytes));
        }

        var key = new ContentKey();
        bytes.CopyTo(key._key);
        return key;
    }

    /// <summary>The key of the account that may release this key.</summary>
    public Secp256k1PrivateKey CreateHolderKey()
    {
        Span<byte> bytes = stackalloc byte[Secp256k1PrivateKey.Size];
        SyntheticCipher.Derive(Bytes, "holder"u8, [], bytes);
        try
        {
            // Out of range with probability 2⁻¹²⁸.
            return Secp256k1PrivateKey.FromBytes(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Hides a plain workload of inference: model, engine and most new tokens stay to be seen, and the length of the prompt up to its step.</summary>
    /// <exception cref="ArgumentException">It is not plain inference, or over <see cref="ConfidentialTerms.MaxTokens"/>.</exception>
    public Workload SealPrompt(Workload plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        if (plain.Confidential is not null || plain.Type != WorkloadType.Inference || plain.Prompt.IsEmpty)
        {
            throw new ArgumentException("expected a plain workload of inference", nameof(plain));
        }

        int step = ConfidentialTerms.StepOf(plain.Prompt.Length);
        if (step > ConfidentialTerms.MaxTokens || plain.MaxNewTokens > ConfidentialTerms.MaxTokens)
        {
            throw new ArgumentException($"expected at most {ConfidentialTerms.MaxTokens} tokens of prompt and of answer, found {plain.Prompt.Length} and {plain.MaxNewTokens}", nameof(plain));
        }

        using Secp256k1PrivateKey holder = CreateHolderKey();
        byte[] padded = Padding.Pad(plain.ToBytes(), ConfidentialTerms.PaddedSize(step));
        byte[] head = Workload.ConfidentialHead(plain.EngineVersion, plain.ModelDigest, plain.MaxNewTokens, step, holder.Address);
        byte[] ciphertext = SyntheticCipher.Encrypt(Bytes, PromptPurpose, head, padded);
        CryptographicOperations.ZeroMemory(padded);
        return new Workload(plain.EngineVersion, plain.ModelDigest, plain.MaxNewTokens, new ConfidentialTerms(holder.Address, step, [.. ciphertext]));
    }

    /// <summary>The plain workload. A refusal tells nothing of what was inside.</summary>
    public bool TryOpenPrompt(Workload confidential, [NotNullWhen(true)] out Workload? plain, [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(confidential);
        plain = null;
        if (confidential.Confidential is not { } terms)
        {
            refusal = new(ProtocolRefusalCode.WrongSubject, "a confidential workload", "a plain one");
            return false;
        }

        byte[] head = Workload.ConfidentialHead(confidential.EngineVersion, confidential.ModelDigest, confidential.MaxNewTokens, terms.PromptTokens, terms.Holder);
        if (!SyntheticCipher.TryDecrypt(Bytes, PromptPurpose, head, terms.Ciphertext.AsSpan(), out byte[]? padded))
        {
            refusal = new(ProtocolRefusalCode.CannotBeOpened, "a prompt sealed under this content key", "another key, or other bytes");
            return false;
        }

        bool read = Padding.TryStrip(padded, out byte[]? text) && Workload.TryParse(text, out plain, out _) && Agrees(plain, confidential, terms);
        CryptographicOperations.ZeroMemory(padded);
        CryptographicOperations.ZeroMemory(text);
        plain = read ? plain : null;
        refusal = plain is null ? new(ProtocolRefusalCode.NotCanonical, "a padded plain workload that agrees with what is to be seen of it", "something else") : null;
        return plain is not null;
    }

    /// <summary>Hides a transcript at the length of the longest that the workload allows. Equal transcripts give equal bytes: what seats compare.</summary>
    /// <exception cref="ArgumentException">The workload is not confidential, or the transcript is longer than it allows.</exception>
    public byte[] SealAnswer(Workload confidential, ReadOnlySpan<byte> transcript)
    {
        ArgumentNullException.ThrowIfNull(confidential);
        byte[] padded = Padding.Pad(transcript, AnswerSize(confidential));
        byte[] head = AnswerHead(confidential);
        byte[] answer = [.. head.AsSpan(0, AnswerHeadSize), .. SyntheticCipher.Encrypt(Bytes, AnswerPurpose, head, padded)];
        CryptographicOperations.ZeroMemory(padded);
        return answer;
    }

    /// <summary>The transcript of a sealed answer to this workload.</summary>
    public bool TryOpenAnswer(Workload confidential, ReadOnlySpan<byte> answer, [NotNullWhen(true)] out byte[]? transcript, [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(confidential);
        transcript = null;
        int size = AnswerHeadSize + AnswerSize(confidential) + SyntheticCipher.Overhead;
        if (answer.Length != size)
        {
            refusal = new(answer.Length < size ? ProtocolRefusalCode.Truncated : ProtocolRefusalCode.TrailingBytes, $"{size} bytes", $"{answer.Length} bytes");
            return false;
        }

        byte[] head = AnswerHead(confidential);
        if (!answer[..AnswerHeadSize].SequenceEqual(head.AsSpan(0, AnswerHeadSize)))
        {
            refusal = new(ProtocolRefusalCode.WrongMagic, "AITC version 1", Hex.Encode(answer[..AnswerHeadSize]));
            return false;
        }

        if (!SyntheticCipher.TryDecrypt(Bytes, AnswerPurpose, head, answer[AnswerHeadSize..], out byte[]? padded) || !Padding.TryStrip(padded, out transcript))
        {
            refusal = new(ProtocolRefusalCode.CannotBeOpened, "an answer to this workload sealed under this content key", "another key, workload, or other bytes");
            return false;
        }

        CryptographicOperations.ZeroMemory(padded);
        refusal = null;
        return true;
    }

    /// <summary>The bytes, to be kept where only the buyer reads.</summary>
    public byte[] ToBytes() => Bytes.ToArray();

    /// <summary>Never the key.</summary>
    public override string ToString() => nameof(ContentKey);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _key;
        }
    }

    private static bool Agrees(Workload plain, Workload confidential, ConfidentialTerms terms) =>
        plain.Confidential is null
        && plain.Type == WorkloadType.Inference
        && plain.EngineVersion == confidential.EngineVersion
        && plain.ModelDigest == confidential.ModelDigest
        && plain.MaxNewTokens == confidential.MaxNewTokens
        && plain.Prompt.Length <= terms.PromptTokens;

    private static int AnswerSize(Workload confidential) => confidential.Confidential is null
        ? throw new ArgumentException("expected a confidential workload", nameof(confidential))
        : Padding.LengthSize + TranscriptHeadSize + (4 * confidential.MaxNewTokens);

    private static byte[] AnswerHead(Workload confidential) =>
        new ByteWriter().UInt32(AnswerMagic).Byte(AnswerVersion).Hash(confidential.Hash).ToArray();
}
