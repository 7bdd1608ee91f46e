using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Ait.Engine.Challenging;
using Ait.Engine.Gpu;
using Ait.Engine.Weights;

namespace Ait.Engine;

/// <summary>
/// The answer to a class challenge: a chain of exact int8 products over memory that has to be resident. Which tile a step reads and
/// what it multiplies follow from all products before it, so the steps cannot be done side by side, nor known ahead.
/// </summary>
public sealed unsafe class ClassChain
{
    private readonly Digest[] _links;
    private readonly byte[] _roots;
    private readonly byte[] _leaves;

    private ClassChain(ChallengeTerms terms, Digest seed, Digest[] links, byte[] roots, byte[] leaves)
    {
        Terms = terms;
        Seed = seed;
        _links = links;
        _roots = roots;
        _leaves = leaves;
    }

    /// <summary>The size of the challenge.</summary>
    public ChallengeTerms Terms { get; }

    /// <summary>What everything was drawn from.</summary>
    public Digest Seed { get; }

    /// <summary>The last link: commits to every product of every step.</summary>
    public Digest Answer => _links[^1];

    /// <summary>The root of each step, 32 bytes one after the other: what <see cref="ChainCheck.TryRead"/> takes.</summary>
    public ReadOnlyMemory<byte> Roots => _roots;

    /// <summary>
    /// Fills the memory and runs the chain on the backend and threads of the options. False, and nothing taken, if the terms or options
    /// are invalid or the run needs more memory than <see cref="EngineOptions.MaxMemoryBytes"/> (of a GPU: than it has).
    /// </summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static bool TryRun(
        ChallengeTerms terms,
        Digest seed,
        EngineOptions options,
        CancellationToken cancellation,
        [NotNullWhen(true)] out ClassChain? chain,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(options);
        chain = null;
        refusal = terms.Check() ?? options.Check() ?? CheckMemory(terms, options);
        if (refusal is not null)
        {
            return false;
        }

        IGpuDevice? device = Backends.Resolve(options.Backend) == Backend.Gpu ? GpuBackend.Device : null;
        using IChainMachine machine = device is null ? new ProcessorChain(terms, seed, options) : new GpuChain(terms, seed, device);
        chain = Run(terms, seed, machine, cancellation);
        return true;
    }

    /// <summary>The leaves that the step's root commits to, and the products of one group of rows, computed again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step or group.</exception>
    public byte[] Open(ChainPlace place)
    {
        if (!place.IsIn(Terms))
        {
            throw new ArgumentOutOfRangeException(nameof(place), place, $"A step below {Terms.Steps} and a group below {Terms.Groups} were expected.");
        }

        int width = Terms.Width;
        ChainKernels kernels = ChainKernels.For(Backend.Auto);
        var operand = new AlignedBuffer<sbyte>(ChainKernels.GroupRows * width);
        var tile = new AlignedBuffer<sbyte>(Terms.TileBytes);
        var products = new AlignedBuffer<int>(ChainKernels.GroupRows * width);
        Digest link = _links[place.Step];
        int blocks = operand.Length / ChainKernels.BlockBytes;
        kernels.Operand(link, place.Step, place.Group * blocks, blocks, operand.Pointer);
        kernels.Fill(ChainKernels.RootOfTiles(Terms, Seed), ChainKernels.TileOf(link, Terms.Tiles), 0, tile.Length / ChainKernels.BlockBytes, tile.Pointer);
        kernels.Multiply(operand.Pointer, ChainKernels.GroupRows, tile.Pointer, width, products.Pointer);
        byte[] opening = new byte[Terms.OpeningBytes];
        int leaves = Terms.Groups * Digest.Size;
        _leaves.AsSpan(place.Step * leaves, leaves).CopyTo(opening);
        MemoryMarshal.AsBytes(products.Span).CopyTo(opening.AsSpan(leaves));
        GC.KeepAlive(operand);
        GC.KeepAlive(tile);
        return opening;
    }

    internal static ClassChain Run(ChallengeTerms terms, Digest seed, IChainMachine machine, CancellationToken cancellation)
    {
        machine.Fill(cancellation);
        uint[] words = new uint[terms.Rows * terms.WordsPerRow];
        int stepBytes = terms.Groups * Digest.Size;
        byte[] leaves = new byte[terms.LeafBytes];
        byte[] roots = new byte[terms.RootsBytes];
        var links = new Digest[terms.Steps + 1];
        links[0] = ChainKernels.FirstLink(ChainKernels.RootOfTiles(terms, seed));
        for (int step = 0; step < terms.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            machine.Step(links[step], step, words);
            Span<byte> leavesOfStep = leaves.AsSpan(step * stepBytes, stepBytes);
            WriteLeaves(terms, words, leavesOfStep);
            Digest root = Digest.Of(leavesOfStep);
            root.CopyTo(roots.AsSpan(step * Digest.Size));
            links[step + 1] = ChainKernels.NextLink(links[step], root);
        }

        return new ClassChain(terms, seed, links, roots, leaves);
    }

    private static void WriteLeaves(ChallengeTerms terms, ReadOnlySpan<uint> words, Span<byte> leaves)
    {
        int count = ChainKernels.GroupRows * terms.WordsPerRow;
        for (int group = 0; group < terms.Groups; group++)
        {
            ChainKernels.LeafOf(words.Slice(group * count, count)).CopyTo(leaves[(group * Digest.Size)..]);
        }
    }

    private static EngineRefusal? CheckMemory(ChallengeTerms terms, EngineOptions options)
    {
        // A GPU has what it has; the bound is the host's.
        long most = Backends.Resolve(options.Backend) == Backend.Gpu && GpuBackend.Device is { } device ? device.MemoryBytes : options.MaxMemoryBytes;
        long needed = ProcessorChain.BytesFor(terms);
        return needed <= most ? null : EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of tiles and buffers", 0, most, needed);
    }
}
