using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests;

/// <summary>Every encoding is read back to itself, and nothing else is read.</summary>
public sealed class CanonicalBytesTests
{
    private static readonly Transcript Sample = Generator.Run(Samples.SmallModel, Samples.Requests[3]);

    private delegate EngineRefusal? Parser(ReadOnlySpan<byte> bytes, out byte[] again);

    private static EngineRefusal? Descriptor(ReadOnlySpan<byte> bytes, out byte[] again)
    {
        again = ModelDescriptor.TryParse(bytes, out ModelDescriptor? value, out EngineRefusal? refusal) ? value.ToBytes() : [];
        return refusal;
    }

    private static EngineRefusal? Request(ReadOnlySpan<byte> bytes, out byte[] again)
    {
        again = GenerationRequest.TryParse(bytes, out GenerationRequest? value, out EngineRefusal? refusal) ? value.ToBytes() : [];
        return refusal;
    }

    private static EngineRefusal? Result(ReadOnlySpan<byte> bytes, out byte[] again)
    {
        again = Transcript.TryParse(bytes, out Transcript? value, out EngineRefusal? refusal) ? value.ToBytes() : [];
        return refusal;
    }

    private static readonly ModelDescriptor Stored = new(Samples.Small.Config, Digest.Of("weights"u8), Digest.Of("tokenizer"u8));

    private static readonly EmbeddingRequest ToEmbed = new([1, 2, 3], EmbeddingPooling.Mean);

    private static readonly Embedding EmbeddingSample = new Session(Samples.SmallModel).Embed([ToEmbed])[0];

    private static EngineRefusal? Embedded(ReadOnlySpan<byte> bytes, out byte[] again)
    {
        again = Embedding.TryParse(bytes, out Embedding? value, out EngineRefusal? refusal) ? value.ToBytes() : [];
        return refusal;
    }

    private static EngineRefusal? RequestToEmbed(ReadOnlySpan<byte> bytes, out byte[] again)
    {
        again = EmbeddingRequest.TryParse(bytes, out EmbeddingRequest? value, out EngineRefusal? refusal) ? value.ToBytes() : [];
        return refusal;
    }

    private static (Parser Parse, byte[] Bytes)[] All =>
    [
        (Descriptor, Samples.Small.ToBytes()),
        (Descriptor, Samples.Featured.ToBytes()),
        (Descriptor, Stored.ToBytes()),
        (Embedded, EmbeddingSample.ToBytes()),
        (RequestToEmbed, ToEmbed.ToBytes()),
        (Request, Samples.Requests[3].ToBytes()),
        (Request, new GenerationRequest([1, 2], 3, stopTokens: [4], stopSequences: ["\n\n"u8.ToArray(), "end"u8.ToArray(), "en"u8.ToArray(), "end"u8.ToArray()]).ToBytes()),
        (Result, Sample.ToBytes()),
    ];

    [Fact]
    public void TryParse_readsWhatWasWritten()
    {
        foreach ((Parser parse, byte[] bytes) in All)
        {
            Assert.Null(parse(bytes, out byte[] again));
            Assert.Equal(bytes, again);
        }

        Assert.True(ModelDescriptor.TryParse(ModelDescriptor.Demo.ToBytes(), out ModelDescriptor? descriptor, out _));
        Assert.Equal(ModelDescriptor.Demo, descriptor);
        Assert.Equal(ModelDescriptor.Demo.Config, descriptor.Config);
        Assert.True(GenerationRequest.TryParse(Samples.Requests[2].ToBytes(), out GenerationRequest? request, out _));
        Assert.Equal(Samples.Requests[2], request);
        Assert.True(Transcript.TryParse(Sample.ToBytes(), out Transcript? transcript, out _));
        Assert.Equal(Sample, transcript);
        Assert.Equal(Sample.Tokens, transcript.Tokens);
    }

    [Fact]
    public void TryParse_readsAnyRequestAndDescriptorBack()
    {
        Prop.ForAll(Samples.TinyModels(), Samples.TinyRequests(), (descriptor, request) =>
            Descriptor(descriptor.ToBytes(), out byte[] d) is null && d.AsSpan().SequenceEqual(descriptor.ToBytes())
                && Request(request.ToBytes(), out byte[] r) is null && r.AsSpan().SequenceEqual(request.ToBytes())).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryParse_refusesEveryTruncation()
    {
        foreach ((Parser parse, byte[] bytes) in All)
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                EngineRefusal? refusal = parse(bytes.AsSpan(0, length), out _);
                Assert.Equal(EngineRefusalCode.Truncated, refusal?.Code);
            }
        }
    }

    [Fact]
    public void TryParse_refusesAPlainModelInTheExtendedEncoding()
    {
        var window = new ModelDescriptor(Samples.Small.Config with { SlidingWindow = 5 }, 1);
        byte[] bytes = window.ToBytes();
        Assert.Null(Descriptor(bytes, out _));
        bytes[^12] = 0;
        Assert.Equal("features", Descriptor(bytes, out _)?.What);
    }

    [Fact]
    public void TryParse_tellsStoredModelsFromDrawnOnes()
    {
        Assert.True(ModelDescriptor.TryParse(Stored.ToBytes(), out ModelDescriptor? read, out _));
        Assert.Equal(Stored, read);
        Assert.True(read.IsStored);
        Assert.Equal(Digest.Of("weights"u8), read.WeightsDigest);
        Assert.Equal(Digest.Of("tokenizer"u8), read.TokenizerDigest);
        Assert.False(Samples.Featured.IsStored);
        Assert.False(Model.TryCreate(Stored, long.MaxValue, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.WeightsStored, refusal.Code);
    }

    [Fact]
    public void TryParse_refusesATrailingByte()
    {
        foreach ((Parser parse, byte[] bytes) in All)
        {
            Assert.Equal(EngineRefusalCode.TrailingBytes, parse([.. bytes, 0], out _)?.Code);
        }
    }

    [Fact]
    public void TryParse_readsNoChangedByteAsTheSame()
    {
        foreach ((Parser parse, byte[] bytes) in All)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                byte[] changed = [.. bytes];
                changed[i] ^= 0x11;
                // Either refused, or read as what it says: never as something else.
                if (parse(changed, out byte[] again) is null)
                {
                    Assert.Equal(changed, again);
                }
            }
        }
    }

    [Fact]
    public void TryParse_neverThrowsOnAnyBytes()
    {
        Prop.ForAll<byte[], int>((tail, cut) =>
        {
            foreach ((Parser parse, byte[] bytes) in All)
            {
                _ = parse(tail, out _);
                _ = parse([.. bytes.AsSpan(0, Math.Abs(cut % bytes.Length)), .. tail], out _);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryParse_refusesWhatIsTooLong()
    {
        Assert.Equal(EngineRefusalCode.TrailingBytes, Descriptor(new byte[ModelDescriptor.MaxEncodedSize + 1], out _)?.Code);
        Assert.Equal(EngineRefusalCode.TrailingBytes, Request(new byte[GenerationRequest.MaxEncodedSize + 1], out _)?.Code);
        Assert.Equal(EngineRefusalCode.TrailingBytes, Result(new byte[Transcript.MaxEncodedSize + 1], out _)?.Code);
    }

    [Theory]
    [InlineData(0, EngineRefusalCode.WrongMagic)]
    [InlineData(5, EngineRefusalCode.UnknownVersion)]
    [InlineData(10, EngineRefusalCode.UnknownTokenizer)]
    [InlineData(26, EngineRefusalCode.ModelShape)]
    public void Descriptor_refusesTheFieldThatWasChanged(int offset, EngineRefusalCode code)
    {
        byte[] bytes = Samples.Small.ToBytes();
        bytes[offset] ^= 0x01;
        EngineRefusal? refusal = Descriptor(bytes, out _);
        Assert.Equal(code, refusal?.Code);
        Assert.NotEqual(refusal?.Expected, refusal?.Found);
    }

    [Theory]
    [InlineData(73, 0, EngineRefusalCode.MalformedField)]
    [InlineData(73, 9, EngineRefusalCode.MalformedField)]
    [InlineData(73, 3, EngineRefusalCode.MalformedField)]
    [InlineData(73, 4, EngineRefusalCode.MalformedField)]
    [InlineData(74, 1, EngineRefusalCode.MalformedField)]
    [InlineData(79, 0xFF, EngineRefusalCode.ContextExceeded)]
    [InlineData(83, 0xFF, EngineRefusalCode.TokenOutOfVocabulary)]
    public void Transcript_refusesTheFieldThatWasChanged(int offset, byte value, EngineRefusalCode code)
    {
        byte[] bytes = Sample.ToBytes();
        bytes[offset] = value;
        Assert.Equal(code, Result(bytes, out _)?.Code);
    }

    [Fact]
    public void Request_refusesStopTokensThatAreNotInOrder()
    {
        byte[] bytes = Samples.Requests[3].ToBytes();
        (bytes[32], bytes[36]) = (bytes[36], bytes[32]);
        Assert.Equal(EngineRefusalCode.MalformedField, Request(bytes, out _)?.Code);
    }

    [Fact]
    public void Request_takesStopTokensAsASet()
    {
        var once = new GenerationRequest([1], 1, stopTokens: [3, 2]);
        var twice = new GenerationRequest([1], 1, stopTokens: [2, 3, 2]);
        Assert.Equal(once, twice);
    }

    [Fact]
    public void Digest_readsItsOwnHexadecimalAndNothingElse()
    {
        Assert.True(Digest.TryParseHex(Sample.ResultHash.ToString(), out Digest read));
        Assert.Equal(Sample.ResultHash, read);
        Assert.Equal(Sample.ResultHash, new Digest(read.ToBytes()));
        Assert.False(Digest.TryParseHex(null, out _));
        Assert.False(Digest.TryParseHex("", out _));
        Assert.False(Digest.TryParseHex(new string('g', 64), out _));
        Assert.False(Digest.TryParseHex(new string('0', 63), out _));
        Assert.Throws<ArgumentException>(() => new Digest(new byte[31]));
    }

    [Fact]
    public void Digest_isSha256() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest.Of("abc"u8).ToString());
}
