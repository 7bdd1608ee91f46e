using Ait.Engine.Canonical;
using Ait.Engine.Challenging;

namespace Ait.Engine;

/// <summary>
/// How large a class challenge is: so many tiles of width · width bytes are kept in memory, and so many steps each multiply
/// rows · width bytes that depend on the step before with one tile that depends on it as well.
/// </summary>
/// <param name="Tiles">Tiles in memory, 1 to 1,048,576.</param>
/// <param name="Width">Rows and columns of a tile: a multiple of 256, up to 16,384.</param>
/// <param name="Rows">Rows that a step multiplies: a multiple of 16, up to 16,384.</param>
/// <param name="Steps">Steps, each after the other, 1 to 1,048,576.</param>
public sealed record ChallengeTerms(int Tiles, int Width, int Rows, int Steps)
{
    private const int MostCounted = 1 << 20;
    private const int MostWide = 1 << 14;
    private const long MostBytes = 1L << 40;
    private const long MostLeafBytes = 1L << 30;

    /// <summary>Bytes of all tiles.</summary>
    public long MemoryBytes => (long)Tiles * Width * Width;

    /// <summary>Multiplications and additions of all steps.</summary>
    public double Operations => 2.0 * Steps * Rows * Width * Width;

    /// <summary>Bytes of what an answer commits to: a root for each step.</summary>
    public int RootsBytes => Steps * Digest.Size;

    /// <summary>Bytes of one opening: the leaves of a step, and the products of one group of rows.</summary>
    public int OpeningBytes => (Groups * Digest.Size) + (ChainKernels.GroupRows * Width * sizeof(int));

    /// <summary>Bytes of the leaves of all steps, which whoever runs the chain keeps.</summary>
    internal long LeafBytes => (long)Steps * Groups * Digest.Size;

    internal int Groups => Rows / ChainKernels.GroupRows;

    internal int TileBytes => Width * Width;

    internal int WordsPerRow => Width / ChainKernels.FoldColumns;

    /// <summary>The first rule that is broken, or null.</summary>
    public EngineRefusal? Check()
    {
        return Counted("tiles", Tiles, MostCounted, 1)
            ?? Counted("width", Width, MostWide, ChainKernels.FoldColumns)
            ?? Counted("rows", Rows, MostWide, ChainKernels.GroupRows)
            ?? Counted("steps", Steps, MostCounted, 1)
            ?? (MemoryBytes <= MostBytes ? null : EngineRefusal.Range(EngineRefusalCode.ChallengeTermsOutOfRange, "bytes of all tiles", 1, MostBytes, MemoryBytes))
            ?? (LeafBytes <= MostLeafBytes ? null : EngineRefusal.Range(EngineRefusalCode.ChallengeTermsOutOfRange, "bytes of all leaves", 1, MostLeafBytes, LeafBytes));
    }

    internal byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        writer.Int32(Tiles);
        writer.Int32(Width);
        writer.Int32(Rows);
        writer.Int32(Steps);
        return writer.ToArray();
    }

    private static EngineRefusal? Counted(string what, int value, int most, int granule)
    {
        if (value < granule || value > most)
        {
            return EngineRefusal.Range(EngineRefusalCode.ChallengeTermsOutOfRange, what, granule, most, value);
        }

        return value % granule == 0
            ? null
            : new EngineRefusal(EngineRefusalCode.ChallengeTermsOutOfRange, what, string.Create(null, $"a multiple of {granule}"), string.Create(null, $"{value}"));
    }
}
