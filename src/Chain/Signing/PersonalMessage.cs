using System.Globalization;
using System.Text;

namespace Ait.Chain.Signing;

/// <summary>The digest that wallets sign for plain text: EIP-191 version 0x45.</summary>
public static class PersonalMessage
{
    /// <summary>keccak256("\x19Ethereum Signed Message:\n" ‖ decimal length ‖ message).</summary>
    public static Hash256 Digest(ReadOnlySpan<byte> message)
    {
        byte[] prefix = Encoding.ASCII.GetBytes("\u0019Ethereum Signed Message:\n" + message.Length.ToString(CultureInfo.InvariantCulture));
        return Keccak256.Hash([.. prefix, .. message]);
    }

    /// <summary>The digest of the UTF-8 bytes of <paramref name="message"/>.</summary>
    public static Hash256 Digest(string message) => Digest(Encoding.UTF8.GetBytes(message));
}
