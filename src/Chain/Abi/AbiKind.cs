namespace Ait.Chain.Abi;

/// <summary>The families of Solidity ABI types.</summary>
public enum AbiKind
{
    /// <summary><c>uint8</c> … <c>uint256</c>.</summary>
    UnsignedInteger,

    /// <summary><c>int8</c> … <c>int256</c>.</summary>
    SignedInteger,

    /// <summary><c>address</c>.</summary>
    Address,

    /// <summary><c>bool</c>.</summary>
    Boolean,

    /// <summary><c>bytes1</c> … <c>bytes32</c>.</summary>
    FixedBytes,

    /// <summary><c>bytes</c>.</summary>
    Bytes,

    /// <summary><c>string</c>.</summary>
    Text,

    /// <summary><c>T[]</c>.</summary>
    Array,

    /// <summary><c>T[k]</c>.</summary>
    FixedArray,

    /// <summary><c>(T1,T2,…)</c>.</summary>
    Tuple,
}
