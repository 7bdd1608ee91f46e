using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A view that was expected to answer reverted instead.</summary>
public sealed class ContractRevertedException : Exception
{
    /// <summary>A revert of no known error.</summary>
    public ContractRevertedException()
    {
    }

    /// <summary>A revert of no known error.</summary>
    public ContractRevertedException(string message)
        : base(message)
    {
    }

    /// <summary>A revert of no known error.</summary>
    public ContractRevertedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A revert of a function.</summary>
    public ContractRevertedException(string function, ContractError error)
        : base($"{function} reverted: {error}") => Error = error;

    /// <summary>The decoded revert, where there is one.</summary>
    public ContractError? Error { get; }
}
