using System.Globalization;

namespace Ait.Protocol;

/// <summary>An amount of verified work. One CU is 1/1000 of what an NVIDIA H100 does of the reference workload in an hour.</summary>
/// <param name="Micro">The amount in micro-CU (1 CU = 1,000,000), the unit of the contracts and the wire.</param>
public readonly record struct ComputeUnits(ulong Micro) : IComparable<ComputeUnits>
{
    /// <summary>Micro-CU in one CU.</summary>
    public const ulong MicroPerUnit = 1_000_000;

    /// <inheritdoc/>
    public int CompareTo(ComputeUnits other) => Micro.CompareTo(other.Micro);

    /// <summary>The amount in CU with up to six decimals, as <c>0.08 CU</c>.</summary>
    public override string ToString() =>
        ((decimal)Micro / MicroPerUnit).ToString("0.######", CultureInfo.InvariantCulture) + " CU";

    /// <summary>The sum of two amounts.</summary>
    /// <exception cref="OverflowException">The sum exceeds 64 bits.</exception>
    public static ComputeUnits operator +(ComputeUnits left, ComputeUnits right) => new(checked(left.Micro + right.Micro));

    /// <summary>Order by amount.</summary>
    public static bool operator <(ComputeUnits left, ComputeUnits right) => left.Micro < right.Micro;

    /// <summary>Order by amount.</summary>
    public static bool operator >(ComputeUnits left, ComputeUnits right) => left.Micro > right.Micro;

    /// <summary>Order by amount.</summary>
    public static bool operator <=(ComputeUnits left, ComputeUnits right) => left.Micro <= right.Micro;

    /// <summary>Order by amount.</summary>
    public static bool operator >=(ComputeUnits left, ComputeUnits right) => left.Micro >= right.Micro;
}
