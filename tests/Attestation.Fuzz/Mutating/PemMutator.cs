using System.Security.Cryptography;
using System.Text;

namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>
/// Mutations of a PEM file: blocks vanish, repeat and change places, what is inside changes as DER does, and at times the text around it.
/// </summary>
internal static class PemMutator
{
    internal static byte[] Mutate(IReadOnlyList<byte[]> blocks, Chance chance)
    {
        List<byte[]> changed = [.. blocks];
        int place = chance.Below(changed.Count);
        switch (chance.Below(8))
        {
            case 0:
                changed.RemoveAt(place);
                break;
            case 1:
                changed.Insert(place, changed[chance.Below(changed.Count)]);
                break;
            case 2:
                int other = chance.Below(changed.Count);
                (changed[place], changed[other]) = (changed[other], changed[place]);
                break;
            default:
                changed[place] = DerMutator.Mutate(changed[place], chance);
                break;
        }

        var text = new StringBuilder();
        foreach (byte[] block in changed)
        {
            _ = text.Append(PemEncoding.Write("CERTIFICATE", block)).Append('\n');
        }

        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        return chance.OneIn(4) ? ByteMutator.Mutate(bytes, chance) : bytes;
    }
}
