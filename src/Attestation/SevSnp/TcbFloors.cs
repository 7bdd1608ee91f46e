namespace Ait.Attestation.SevSnp;

/// <summary>One floor per product, since the components of different products are not comparable.</summary>
/// <param name="Milan">Floor for Milan.</param>
/// <param name="Genoa">Floor for Genoa, Bergamo and Siena.</param>
/// <param name="Turin">Floor for Turin.</param>
public sealed record TcbFloors(TcbFloor Milan, TcbFloor Genoa, TcbFloor Turin)
{
    /// <summary>Accepts every level of every product: a loosening that a reviewer can search for.</summary>
    public static TcbFloors AnyVersion { get; } = Uniform(TcbFloor.AnyVersion);

    /// <summary>The same floor whatever the product.</summary>
    public static TcbFloors Uniform(TcbFloor floor) => new(floor, floor, floor);

    /// <summary>The floor of a product.</summary>
    public TcbFloor For(SnpProduct product) => product switch
    {
        SnpProduct.Milan => Milan,
        SnpProduct.Genoa => Genoa,
        SnpProduct.Turin => Turin,
        _ => throw new ArgumentOutOfRangeException(nameof(product)),
    };
}
