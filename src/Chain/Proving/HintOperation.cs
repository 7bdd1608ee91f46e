namespace Ait.Chain.Proving;

/// <summary>One operation of a program: doublings, then the addition of a signed odd multiple of one of four points.</summary>
/// <param name="Doublings">How often the sum is doubled first.</param>
/// <param name="Base">0 for Q, 1 for R, 2 for G, 3 for 2^192 G, on P-256 2^128 G.</param>
/// <param name="Digit">The odd multiple.</param>
internal readonly record struct HintOperation(int Doublings, int Base, int Digit)
{
    /// <summary>Doublings that an operation has bits for.</summary>
    public const int MostDoublings = 31;

    /// <summary>The two bytes of the contract: doublings (5 bits), sign, base (2 bits), index of the odd multiple (8 bits).</summary>
    public ushort Encode() => (ushort)((Doublings << 11) | (Digit < 0 ? 0x400 : 0) | (Base << 8) | (Math.Abs(Digit) >> 1));

    /// <summary>The multiple that is added, from the tables of the four points.</summary>
    public CurvePoint EntryOf(PrimeCurve curve, CurvePoint[][] tables)
    {
        CurvePoint entry = tables[Base][Math.Abs(Digit) >> 1];
        return Digit < 0 ? curve.Negate(entry) : entry;
    }
}
