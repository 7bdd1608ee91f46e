using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What a trusted PCK certificate says of its processor.</summary>
/// <param name="Ppid">Platform provisioning identifier, 16 bytes as hex.</param>
/// <param name="Components">The 16 component SVNs as hex, the first in front.</param>
/// <param name="Fmspc">Processor family, 6 bytes as hex.</param>
/// <param name="PceId">Provisioning certification enclave, 2 bytes as hex.</param>
/// <param name="PceSvn">Its SVN.</param>
/// <param name="ValidUntil">When the first certificate or list of the path ends, in Unix seconds.</param>
public sealed record PckRecord(string Ppid, string Components, string Fmspc, string PceId, uint PceSvn, ulong ValidUntil)
{
    internal static PckRecord FromAbi(AbiValue value) => new(
        Hex.Encode(value[2].AsBytes().Span),
        Hex.Encode(value[3].AsBytes().Span),
        Hex.Encode(value[4].AsBytes().Span),
        Hex.Encode(value[5].AsBytes().Span),
        value[6].AsUInt32(),
        value[7].AsUInt64());
}
