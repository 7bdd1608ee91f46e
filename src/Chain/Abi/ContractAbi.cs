using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain.Abi;

/// <summary>The functions, events and errors of a contract, read from the compiler's JSON.</summary>
public sealed partial class ContractAbi
{
    private readonly Dictionary<Selector, AbiError> _errorsBySelector;
    private readonly ILookup<Hash256, AbiEvent> _eventsByTopic;

    private ContractAbi(
        ImmutableArray<AbiParameter> constructor,
        ImmutableArray<AbiFunction> functions,
        ImmutableArray<AbiEvent> events,
        ImmutableArray<AbiError> errors)
    {
        Constructor = constructor;
        Functions = functions;
        Events = events;
        Errors = errors;
        _errorsBySelector = errors.DistinctBy(static error => error.Selector).ToDictionary(static error => error.Selector);
        _eventsByTopic = events.Where(static candidate => !candidate.IsAnonymous).ToLookup(static candidate => candidate.Topic);
    }

    /// <summary>What the constructor takes; empty when there is none.</summary>
    public ImmutableArray<AbiParameter> Constructor { get; }

    /// <summary>The functions, overloads included.</summary>
    public ImmutableArray<AbiFunction> Functions { get; }

    /// <summary>The events, overloads included.</summary>
    public ImmutableArray<AbiEvent> Events { get; }

    /// <summary>The custom errors, overloads included.</summary>
    public ImmutableArray<AbiError> Errors { get; }

    /// <summary>The function of a canonical signature, or of a name that only one function has.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or several have the name.</exception>
    public AbiFunction Function(string nameOrSignature) =>
        Single(Functions, nameOrSignature, static function => function.Name, static function => function.Signature);

    /// <summary>The event of a canonical signature, or of a name that only one event has.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or several have the name.</exception>
    public AbiEvent Event(string nameOrSignature) =>
        Single(Events, nameOrSignature, static candidate => candidate.Name, static candidate => candidate.Signature);

    /// <summary>The error of a canonical signature, or of a name that only one error has.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or several have the name.</exception>
    public AbiError Error(string nameOrSignature) =>
        Single(Errors, nameOrSignature, static error => error.Name, static error => error.Signature);

    /// <summary>The error of a selector.</summary>
    public bool TryGetError(Selector selector, [NotNullWhen(true)] out AbiError? error) => _errorsBySelector.TryGetValue(selector, out error);

    /// <summary>Decodes a log by the event whose topic and number of indexed parameters it has; false if there is none or its data is malformed.</summary>
    public bool TryDecodeLog(ReadOnlySpan<Hash256> topics, ReadOnlySpan<byte> data, [NotNullWhen(true)] out ContractEvent? decoded)
    {
        decoded = null;
        if (topics.IsEmpty)
        {
            return false;
        }

        foreach (AbiEvent candidate in _eventsByTopic[topics[0]])
        {
            if (candidate.TryDecode(topics, data, out decoded, out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Encodes the constructor's arguments, to stand behind the creation code.</summary>
    /// <exception cref="ArgumentException">The values do not fit.</exception>
    public byte[] EncodeConstructor(params ReadOnlySpan<AbiValue> arguments) => AbiCodec.Encode(AbiParameter.TypesOf(Constructor), arguments);

    private static T Single<T>(ImmutableArray<T> items, string wanted, Func<T, string> name, Func<T, string> signature)
        where T : class
    {
        T? bySignature = items.FirstOrDefault(item => signature(item) == wanted);
        if (bySignature is not null)
        {
            return bySignature;
        }

        T[] byName = [.. items.Where(item => name(item) == wanted)];
        return byName.Length == 1
            ? byName[0]
            : throw new KeyNotFoundException($"Expected one {typeof(T).Name} '{wanted}', found {byName.Length}: {string.Join(", ", byName.Select(signature))}");
    }
}
