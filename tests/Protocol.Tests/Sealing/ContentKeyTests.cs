using System.Text;
using Ait.Chain;
using Ait.Protocol.Sealing;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests.Sealing;

public sealed class ContentKeyTests
{
    private static readonly byte[] s_transcript = Encoding.UTF8.GetBytes("the canonical bytes of a transcript");

    [Fact]
    public void OpenPrompt_givesBackTheWholeWorkload()
    {
        using var key = ContentKey.Create();
        Workload plain = Samples.Workload(sampling: new SamplingParameters(700, 40, 950_000), seed: 42);

        Workload confidential = key.SealPrompt(plain);

        Assert.True(key.TryOpenPrompt(confidential, out Workload? opened, out _));
        Assert.Equal(plain, opened);
        Assert.Empty(confidential.Prompt);
        Assert.Equal((0UL, SamplingParameters.Greedy), (confidential.Seed, confidential.Sampling));
        Assert.Empty(confidential.StopTokens);
    }

    [Fact]
    public void SealPrompt_hidesEqualPromptsBehindUnequalWorkloads()
    {
        using var first = ContentKey.Create();
        using var second = ContentKey.Create();

        Assert.NotEqual(first.SealPrompt(Samples.Workload()).Hash, second.SealPrompt(Samples.Workload()).Hash);
    }

    [Fact]
    public void SealPrompt_leavesNothingOfThePromptInTheBytes()
    {
        using var key = ContentKey.Create();
        const string Secret = "the password is swordfish";
        byte[] tokens = [.. Secret.SelectMany(character => new byte[] { 0, 0, 0, (byte)character })];

        byte[] plain = Samples.Workload(Secret).ToBytes();
        byte[] hidden = key.SealPrompt(Samples.Workload(Secret)).ToBytes();

        Assert.True(plain.AsSpan().IndexOf(tokens) > 0); // What is looked for is what would be there.
        Assert.Equal(-1, hidden.AsSpan().IndexOf(tokens.AsSpan(0, 16)));
        Assert.Equal(-1, hidden.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(512, 512)]
    [InlineData(513, 576)]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1152)]
    [InlineData(65_536, 65_536)]
    public void SealPrompt_showsTheLengthOnlyByItsStep(int tokens, int step)
    {
        using var key = ContentKey.Create();
        Workload shorter = key.SealPrompt(Samples.Workload(new string('x', tokens)));

        Assert.Equal(step, shorter.Confidential?.PromptTokens);
        Assert.Equal(step, ConfidentialTerms.StepOf(step));
        Assert.Equal(key.SealPrompt(Samples.Workload(new string('y', step))).ToBytes().Length, shorter.ToBytes().Length);
        Assert.Equal(new ComputeUnits((ulong)(step + 16) * 1000), shorter.Price(1000));
    }

    [Fact]
    public void StepOf_neverAddsMoreThanAnEighthBeyondTheLeastStep() => Prop.ForAll<PositiveInt>(tokens =>
    {
        int count = Math.Min(tokens.Get, ConfidentialTerms.MaxTokens);
        int step = ConfidentialTerms.StepOf(count);
        return step >= count && step - count < Math.Max(ConfidentialTerms.LeastStep, (count / 8) + 1) && ConfidentialTerms.StepOf(step) == step;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void SealPrompt_refusesMoreThanAnAnswerOrPromptMayHave()
    {
        using var key = ContentKey.Create();

        Assert.Throws<ArgumentException>(() => key.SealPrompt(Samples.Workload(new string('x', ConfidentialTerms.MaxTokens + 1))));
        Assert.Throws<ArgumentException>(() => key.SealPrompt(Samples.Workload(maxNewTokens: ConfidentialTerms.MaxTokens + 1)));
        Assert.Throws<ArgumentException>(() => key.SealPrompt(key.SealPrompt(Samples.Workload())));
    }

    [Fact]
    public void OpenPrompt_refusesAnotherKey()
    {
        using var key = ContentKey.Create();
        using var other = ContentKey.Create();

        Assert.False(other.TryOpenPrompt(key.SealPrompt(Samples.Workload()), out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.CannotBeOpened, refusal.Code);
    }

    [Fact]
    public void OpenPrompt_refusesIfAnyByteOfTheWorkloadIsFlipped()
    {
        using var key = ContentKey.Create();
        byte[] genuine = key.SealPrompt(Samples.Workload()).ToBytes();
        for (int i = 0; i < genuine.Length; i++)
        {
            byte[] bytes = [.. genuine];
            bytes[i] ^= 0x01;
            Assert.False(Workload.TryParse(bytes, out Workload? changed, out _) && key.TryOpenPrompt(changed, out _, out _), $"byte {i}");
        }
    }

    [Fact]
    public void OpenPrompt_refusesAPlainWorkload()
    {
        using var key = ContentKey.Create();

        Assert.False(key.TryOpenPrompt(Samples.Workload(), out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.WrongSubject, refusal.Code);
    }

    [Fact]
    public void OpenPrompt_tellsNothingOfWhatWasInside()
    {
        // A buyer's mistake: a prompt sealed correctly under terms that it does not keep to.
        using var key = ContentKey.Create();
        Workload inside = Samples.Workload(new string('s', 65));
        using var holder = key.CreateHolderKey();
        byte[] head = Workload.ConfidentialHead(inside.EngineVersion, inside.ModelDigest, inside.MaxNewTokens, 64, holder.Address);
        byte[] padded = new byte[ConfidentialTerms.PaddedSize(64)];
        Padding.Pad(inside.ToBytes(), padded.Length).CopyTo(padded, 0);
        byte[] ciphertext = SyntheticCipher.Encrypt(key.ToBytes(), "prompt"u8, head, padded);
        var lying = new Workload(inside.EngineVersion, inside.ModelDigest, inside.MaxNewTokens, new ConfidentialTerms(holder.Address, 64, [.. ciphertext]));

        Assert.False(key.TryOpenPrompt(lying, out _, out ProtocolRefusal? refusal));
        Assert.Equal((ProtocolRefusalCode.NotCanonical, "something else"), (refusal.Code, refusal.Found));
    }

    [Fact]
    public void SealAnswer_givesEqualBytesOfEqualTranscriptsOnly()
    {
        using var key = ContentKey.Create();
        using var sameKey = ContentKey.FromBytes(key.ToBytes());
        Workload workload = key.SealPrompt(Samples.Workload());
        byte[] answer = key.SealAnswer(workload, s_transcript);
        byte[] faulty = [.. s_transcript];
        faulty[^1] ^= 0x01;
        byte[] other = key.SealAnswer(workload, faulty);

        Assert.Equal(answer, sameKey.SealAnswer(workload, s_transcript));
        Assert.Equal(answer.Length, other.Length);
        // One flipped bit changes the whole key stream: two answers say nothing about their difference.
        Assert.True(answer.Zip(other).Skip(5).Count(pair => pair.First != pair.Second) > (answer.Length - 5) * 9 / 10);
    }

    [Fact]
    public void SealAnswer_isAsLongForNothingAsForTheLongestAnswer()
    {
        using var key = ContentKey.Create();
        Workload workload = key.SealPrompt(Samples.Workload(maxNewTokens: 100));

        Assert.Equal(key.SealAnswer(workload, []).Length, key.SealAnswer(workload, new byte[256 + 400]).Length);
        Assert.Throws<ArgumentException>(() => key.SealAnswer(workload, new byte[257 + 400]));
    }

    [Fact]
    public void OpenAnswer_readsWhatWasSealedUnderThisKeyForThisWorkload()
    {
        using var key = ContentKey.Create();
        using var other = ContentKey.Create();
        Workload workload = key.SealPrompt(Samples.Workload());
        Workload another = key.SealPrompt(Samples.Workload("2 + 3 ="));
        byte[] answer = key.SealAnswer(workload, s_transcript);

        Assert.True(key.TryOpenAnswer(workload, answer, out byte[]? opened, out _));
        Assert.Equal(s_transcript, opened);
        Assert.False(other.TryOpenAnswer(workload, answer, out _, out ProtocolRefusal? wrongKey));
        Assert.Equal(ProtocolRefusalCode.CannotBeOpened, wrongKey.Code);
        Assert.False(key.TryOpenAnswer(another, answer, out _, out ProtocolRefusal? wrongWorkload));
        Assert.Equal(ProtocolRefusalCode.CannotBeOpened, wrongWorkload.Code);
    }

    [Fact]
    public void OpenAnswer_refusesIfAnyByteIsFlippedCutOffOrAdded()
    {
        using var key = ContentKey.Create();
        Workload workload = key.SealPrompt(Samples.Workload());
        byte[] genuine = key.SealAnswer(workload, s_transcript);
        for (int i = 0; i < genuine.Length; i++)
        {
            byte[] bytes = [.. genuine];
            bytes[i] ^= 0x01;
            Assert.False(key.TryOpenAnswer(workload, bytes, out _, out _), $"byte {i}");
        }

        Assert.False(key.TryOpenAnswer(workload, genuine.AsSpan(1), out _, out ProtocolRefusal? cut));
        Assert.Equal(ProtocolRefusalCode.Truncated, cut.Code);
        Assert.False(key.TryOpenAnswer(workload, [.. genuine, 0], out _, out ProtocolRefusal? added));
        Assert.Equal(ProtocolRefusalCode.TrailingBytes, added.Code);
    }

    [Fact]
    public void Answer_cannotBeConfirmedByGuessing()
    {
        // Who sees the settled result and guesses the transcript lacks the key that ties one to the other.
        using var key = ContentKey.Create();
        using var guess = ContentKey.Create();
        Workload workload = key.SealPrompt(Samples.Workload());
        byte[] settled = key.SealAnswer(workload, s_transcript);

        Assert.NotEqual(settled, guess.SealAnswer(workload, s_transcript));
        Assert.NotEqual(System.Security.Cryptography.SHA256.HashData(s_transcript), System.Security.Cryptography.SHA256.HashData(settled));
    }

    [Fact]
    public void HolderKey_isTheWorkloadsHolderAndNoOtherKeys()
    {
        using var key = ContentKey.Create();
        using var other = ContentKey.Create();
        using var holder = key.CreateHolderKey();
        using var stranger = other.CreateHolderKey();

        Assert.Equal(holder.Address, key.SealPrompt(Samples.Workload()).Confidential?.Holder);
        Assert.NotEqual(holder.Address, stranger.Address);
    }

    [Fact]
    public void Key_isGoneOnDisposalAndNeverInText()
    {
        var key = ContentKey.Create();
        string text = Hex.Encode(key.ToBytes());
        Assert.DoesNotContain(text, $"{key}", StringComparison.Ordinal);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.ToBytes());
        Assert.Throws<ArgumentException>(() => ContentKey.FromBytes(new byte[31]));
    }
}
