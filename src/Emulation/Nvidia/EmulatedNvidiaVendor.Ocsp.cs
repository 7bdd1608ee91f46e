using System.Security.Cryptography;
using Ait.Emulation.X509;

namespace Ait.Emulation.Nvidia;

/// <content>What the vendor's OCSP responder would answer.</content>
public sealed partial class EmulatedNvidiaVendor
{
    /// <summary>The issuer's own answer about the certificate at <paramref name="index"/> (1 to 3) of a GPU's path: 0 good, 1 revoked, 2 unknown.</summary>
    public byte[] AnswerOcsp(IReadOnlyList<byte[]> path, int index, byte[] nonce, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, int status = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        ECDsa issuer = _keys[index switch
        {
            1 => ProvisionerIndex,
            2 => IdentityIndex,
            3 => DeviceRootIndex,
            _ => throw new ArgumentOutOfRangeException(nameof(index), index, "1 to 3"),
        }];
        return new EmulatedOcspAnswer
        {
            About = path[index],
            Issuer = path[index + 1],
            SignedBy = issuer,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            Nonce = nonce,
            Status = status,
        }.Encode();
    }
}
