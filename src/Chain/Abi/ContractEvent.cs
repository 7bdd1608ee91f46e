using System.Collections.Immutable;

namespace Ait.Chain.Abi;

/// <summary>A decoded log.</summary>
public sealed class ContractEvent
{
    internal ContractEvent(AbiEvent definition, ImmutableArray<AbiArgument> arguments)
    {
        Definition = definition;
        Arguments = arguments;
    }

    /// <summary>The event it is of.</summary>
    public AbiEvent Definition { get; }

    /// <summary>The name of the event.</summary>
    public string Name => Definition.Name;

    /// <summary>The arguments in the order of the source.</summary>
    public ImmutableArray<AbiArgument> Arguments { get; }

    /// <summary>The argument of a name.</summary>
    /// <exception cref="KeyNotFoundException">The event has no such parameter.</exception>
    public AbiValue this[string name] =>
        Arguments.FirstOrDefault(argument => argument.Name == name)?.Value
        ?? throw new KeyNotFoundException($"Expected a parameter of {Definition.Signature}, found '{name}'.");

    /// <summary><c>Name(parameter: value, …)</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(", ", Arguments)})";
}
