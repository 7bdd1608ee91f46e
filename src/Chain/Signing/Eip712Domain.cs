using System.Text;

using Ait.Chain.Abi;

namespace Ait.Chain.Signing;

/// <summary>The signing domain of EIP-712. Fields left null are absent from the domain type, as the standard says.</summary>
public sealed record Eip712Domain
{
    /// <summary>The name people know the application by.</summary>
    public string? Name { get; init; }

    /// <summary>The version of the signing domain.</summary>
    public string? Version { get; init; }

    /// <summary>The EIP-155 chain id.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>The contract that verifies the signature.</summary>
    public Address? VerifyingContract { get; init; }

    /// <summary>A last resort to tell domains apart.</summary>
    public Hash256? Salt { get; init; }

    /// <summary>hashStruct(eip712Domain).</summary>
    public Hash256 Separator()
    {
        List<string> fields = [];
        List<Hash256> words = [];
        void Add(string field, Hash256 word)
        {
            fields.Add(field);
            words.Add(word);
        }

        if (Name is { } name)
        {
            Add("string name", Keccak256.Hash(Encoding.UTF8.GetBytes(name)));
        }

        if (Version is { } version)
        {
            Add("string version", Keccak256.Hash(Encoding.UTF8.GetBytes(version)));
        }

        if (ChainId is { } chainId)
        {
            Add("uint256 chainId", AbiWord.Of(chainId));
        }

        if (VerifyingContract is { } contract)
        {
            Add("address verifyingContract", AbiWord.Of(contract));
        }

        if (Salt is { } salt)
        {
            Add("bytes32 salt", salt);
        }

        return Eip712.HashStruct(Eip712.TypeHash($"EIP712Domain({string.Join(',', fields)})"), [.. words]);
    }
}
