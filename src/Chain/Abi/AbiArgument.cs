namespace Ait.Chain.Abi;

/// <summary>A named value.</summary>
/// <param name="Name">The name, empty where the source gives none.</param>
/// <param name="Value">The value.</param>
public sealed record AbiArgument(string Name, AbiValue Value)
{
    /// <summary><c>name: value</c>, or the value alone.</summary>
    public override string ToString() => Name.Length == 0 ? Value.ToString() : $"{Name}: {Value}";
}
