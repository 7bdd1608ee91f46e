using Ait.Engine.Challenging;
using Ait.Engine.Tests.Gpu;

namespace Ait.Engine.Tests.Challenging;

public sealed unsafe class ClassChainTests : BufferTests
{
    private static readonly ChallengeTerms Terms = new(3, 256, 32, 12);
    private static readonly Digest Seed = Digest.Of("a block's hash"u8);

    public static TheoryData<Backend> Processors => [.. Backends.OnProcessor];

    [Fact]
    public void Answer_isThatOfTheSecondImplementation()
    {
        ClassChain expected = ClassChain.Run(Terms, Seed, new SpecChain(Terms, Seed), CancellationToken.None);
        Assert.Equal(expected.Answer, Run(Terms, Seed, new EngineOptions { Backend = Backend.Scalar }).Answer);
        // A changed bit is another domain string, never an edit.
        Assert.StartsWith("c4083931146b50e367427a292b541498a672d9c92b3b5c45be", $"{expected.Answer}", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Answer_isTheSameOnEveryBackendAndNumberOfThreads(Backend backend)
    {
        Digest expected = Run(Terms, Seed, new EngineOptions { Backend = Backend.Scalar }).Answer;
        foreach (int threads in new[] { 1, 2, 3 })
        {
            Assert.Equal(expected, Run(Terms, Seed, new EngineOptions { Backend = backend, Threads = threads }).Answer);
        }
    }

    [Theory]
    [InlineData(TestDevices.Host32, false)]
    [InlineData(TestDevices.Host32, true)]
    [InlineData(TestDevices.Host64, false)]
    [InlineData(TestDevices.Real, true)]
    public void Answer_isTheSameOnAGpu(string name, bool hasProducts)
    {
        var terms = new ChallengeTerms(2, 256, 32, 2);
        using Ait.Engine.Gpu.IGpuDevice? host = name == TestDevices.Real ? null : TestDevices.OpenHost(name, hasProducts: hasProducts);
        Ait.Engine.Gpu.IGpuDevice device = host ?? TestDevices.Open(name);
        int before = (device as HostGpu)?.Blocks ?? 0;
        using (var machine = new GpuChain(terms, Seed, device))
        {
            Assert.Equal(Run(terms, Seed, EngineOptions.Default).Answer, ClassChain.Run(terms, Seed, machine, CancellationToken.None).Answer);
        }

        Assert.Equal(before, (device as HostGpu)?.Blocks ?? 0);
    }

    [Fact]
    public void FastKernels_equalTheDefinitionAtTheEdges()
    {
        Assert.SkipUnless(Backends.Supported.Contains(Backend.Avx2), "No vectors of 256 bits here.");
        var definition = new ChainKernels();
        var fast = new Avx2ChainKernels();
        foreach (int count in new[] { 1, 7, 8, 9, 31, 64 })
        {
            var expected = Aligned<sbyte>(count * ChainKernels.BlockBytes);
            var found = Aligned<sbyte>(count * ChainKernels.BlockBytes);
            definition.Fill(Seed, 5, 250, count, expected.Pointer);
            fast.Fill(Seed, 5, 250, count, found.Pointer);
            Assert.True(expected.Span.SequenceEqual(found.Span));
            definition.Operand(Seed, 5, 250, count, expected.Pointer);
            fast.Operand(Seed, 5, 250, count, found.Pointer);
            Assert.True(expected.Span.SequenceEqual(found.Span));
        }

        foreach ((sbyte left, sbyte right) in new[] { (sbyte.MinValue, sbyte.MinValue), (sbyte.MinValue, sbyte.MaxValue), (sbyte.MaxValue, sbyte.MaxValue), ((sbyte)0, sbyte.MinValue) })
        {
            const int Width = 256;
            var operand = Aligned<sbyte>(2 * Width);
            var tile = Aligned<sbyte>(Width * Width);
            var expected = Aligned<int>(2 * Width);
            var found = Aligned<int>(2 * Width);
            operand.Span.Fill(left);
            tile.Span.Fill(right);
            definition.Multiply(operand.Pointer, 2, tile.Pointer, Width, expected.Pointer);
            fast.Multiply(operand.Pointer, 2, tile.Pointer, Width, found.Pointer);
            Assert.Equal(left * right * Width, expected.Span[0]);
            Assert.True(expected.Span.SequenceEqual(found.Span));
        }
    }

    [Fact]
    public void Answer_dependsOnSeedAndEveryTerm()
    {
        ChallengeTerms[] others = [Terms with { Tiles = 4 }, Terms with { Width = 512 }, Terms with { Rows = 48 }, Terms with { Steps = 13 }];
        Digest[] answers = [.. others.Select(terms => Run(terms, Seed).Answer), Run(Terms, Digest.Of("another"u8)).Answer, Run(Terms, Seed).Answer];
        Assert.Equal(answers.Length, answers.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(31)]
    public void Answer_isAnotherForOneBitOfOneProduct(int bit)
    {
        using var liar = new SpecChain(Terms, Seed) { Lie = (5, 17, 130, bit) };
        Assert.NotEqual(Run(Terms, Seed).Answer, ClassChain.Run(Terms, Seed, liar, CancellationToken.None).Answer);
    }

    [Theory]
    [InlineData(0, 256, 16, 1)]
    [InlineData(1 << 21, 256, 16, 1)]
    [InlineData(1, 0, 16, 1)]
    [InlineData(1, 272, 16, 1)]
    [InlineData(1, 32_768, 16, 1)]
    [InlineData(1, 256, 15, 1)]
    [InlineData(1, 256, 24, 1)]
    [InlineData(1, 256, 32_768, 1)]
    [InlineData(1, 256, 16, 0)]
    [InlineData(1, 256, 16, (1 << 20) + 1)]
    [InlineData(1 << 20, 16_384, 16, 1)]
    [InlineData(1, 256, 16_384, 1 << 20)]
    public void TryRun_refusesTermsOutOfRange(int tiles, int width, int rows, int steps)
    {
        Assert.False(ClassChain.TryRun(new ChallengeTerms(tiles, width, rows, steps), Seed, EngineOptions.Default, CancellationToken.None, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.ChallengeTermsOutOfRange, refusal.Code);
    }

    [Fact]
    public void TryRun_refusesTilesThatTheRunHasNoMemoryFor()
    {
        var options = new EngineOptions { Backend = Backend.Scalar, MaxMemoryBytes = Terms.MemoryBytes };
        Assert.False(ClassChain.TryRun(Terms, Seed, options, CancellationToken.None, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.MemoryExceeded, refusal.Code);
    }

    [Fact]
    public void TryRun_refusesInvalidOptions()
    {
        Assert.False(ClassChain.TryRun(Terms, Seed, new EngineOptions { Threads = 0 }, CancellationToken.None, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.OptionOutOfRange, refusal.Code);
    }

    [Fact]
    public void TryRun_stopsWhenCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => ClassChain.TryRun(Terms, Seed, new EngineOptions { Backend = Backend.Scalar }, cancellation.Token, out _, out _));
    }

    internal static ClassChain Run(ChallengeTerms terms, Digest seed, EngineOptions? options = null)
    {
        Assert.True(ClassChain.TryRun(terms, seed, options ?? new EngineOptions { Backend = Backends.OnProcessor[^1] }, CancellationToken.None, out ClassChain? chain, out EngineRefusal? refusal), $"{refusal}");
        return chain;
    }
}
