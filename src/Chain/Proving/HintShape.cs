namespace Ait.Chain.Proving;

/// <summary>How a contract's run along hints is laid out, and what its steps cost.</summary>
internal sealed class HintShape
{
    private const int WideMultiples = 128;
    private readonly Lazy<CurvePoint[][]> _generator;

    private HintShape(PrimeCurve curve)
    {
        Curve = curve;
        Half = 4 * curve.Size;
        _generator = new Lazy<CurvePoint[][]>(Tabulate);
    }

    /// <summary>Affine, with the slope of every line as a hint: costs are gas with a slope's calldata.</summary>
    public static HintShape P384 { get; } = new(PrimeCurve.P384) { NarrowWidth = 5, DoublingCost = 2260, FusedCost = 1850, AdditionCost = 2260 };

    /// <summary>Jacobian, with the slopes of the tables only.</summary>
    public static HintShape P256 { get; } = new(PrimeCurve.P256) { NarrowWidth = 4, DoublingCost = 300, FusedCost = 590, AdditionCost = 590 };

    public PrimeCurve Curve { get; }

    /// <summary>Bits of half a scalar; the fourth table is of 2^<see cref="Half"/> G.</summary>
    public int Half { get; }

    /// <summary>Width of the digits of Q and R.</summary>
    public required int NarrowWidth { get; init; }

    /// <summary>Width of the digits of G and 2^<see cref="Half"/> G.</summary>
    public int WideWidth { get; } = 9;

    // Rough gas: what programs are compared by.
    public required int DoublingCost { get; init; }

    /// <summary>An addition behind a doubling.</summary>
    public required int FusedCost { get; init; }

    public required int AdditionCost { get; init; }

    /// <summary>The odd multiples of Q or R that the contract tabulates.</summary>
    public CurvePoint[] Tabulate(CurvePoint point) => Curve.OddMultiples(point, 1 << (NarrowWidth - 2));

    /// <summary>The tables of all four points, in the order of <see cref="HintOperation.Base"/>.</summary>
    public CurvePoint[][] Tables(CurvePoint key, CurvePoint nonce) => [Tabulate(key), Tabulate(nonce), .. _generator.Value];

    private CurvePoint[][] Tabulate()
    {
        CurveSum shifted = CurveSum.From(Curve, Curve.G);
        for (int i = 0; i < Half; i++)
        {
            shifted = shifted.Double();
        }

        return [Curve.OddMultiples(Curve.G, WideMultiples), Curve.OddMultiples(Curve.ToPoints([shifted])[0], WideMultiples)];
    }
}
