namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>
/// Mutations of DER: elements change tag or content, vanish, repeat, change places and nest; the lengths around them stay right, until
/// bytes are changed on top. Half of the inputs keep the tree and change what its leaves say.
/// </summary>
internal static class DerMutator
{
    private static readonly byte[] s_tags = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C, 0x13, 0x16, 0x17, 0x18, 0x30, 0x31, 0x80, 0xA0, 0xA3];

    private static readonly byte[][] s_contents = [[], [0], [0xFF], [0x80], [0, 0x80], [0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [.. Enumerable.Repeat((byte)0xFF, 200)]];

    internal static byte[] Mutate(byte[] seed, Chance chance)
    {
        List<DerNode>? roots = DerNode.TryParse(seed);
        if (roots is null || roots.Count == 0)
        {
            return ByteMutator.Mutate(seed, chance);
        }

        bool keeps = chance.OneIn(2);
        for (int change = chance.Below(3); change >= 0; change--)
        {
            List<DerNode> all = [];
            roots.ForEach(root => root.Collect(all));
            if (keeps)
            {
                all.RemoveAll(node => node.Children is not null);
                DerNode leaf = all[chance.Below(all.Count)];
                leaf.Content = ByteMutator.Overwrite(leaf.Content, chance);
            }
            else
            {
                Change(all, chance);
            }
        }

        List<byte> bytes = [];
        roots.ForEach(root => root.Write(bytes));
        byte[] mutated = [.. bytes];
        return !keeps && chance.OneIn(4) ? ByteMutator.Mutate(mutated, chance) : mutated;
    }

    private static void Change(List<DerNode> all, Chance chance)
    {
        DerNode node = all[chance.Below(all.Count)];
        DerNode other = all[chance.Below(all.Count)];
        switch (chance.Below(8))
        {
            case 0:
                node.Tag = chance.Of<byte>(s_tags);
                break;
            case 1:
                (node.Children, node.Content, node.Lead) = (null, chance.Of<byte[]>(s_contents), []);
                break;
            case 2 when node.Children is null:
                node.Content = ByteMutator.Mutate(node.Content, chance);
                break;
            case 3 when node.Children is { Count: > 0 } inner:
                inner.RemoveAt(chance.Below(inner.Count));
                break;
            case 4 when node.Children is { Count: > 0 } inner:
                inner.Insert(chance.Below(inner.Count), inner[chance.Below(inner.Count)].Copy());
                break;
            case 5 when node.Children is { Count: > 1 } inner:
                inner.Reverse(chance.Below(inner.Count - 1), 2);
                break;
            case 6:
                DerNode copy = other.Copy();
                (node.Tag, node.Content, node.Children, node.Lead) = (copy.Tag, copy.Content, copy.Children, copy.Lead);
                break;
            default:
                DerNode inside = node.Copy();
                (node.Tag, node.Children, node.Lead) = (0x30, [inside], []);
                break;
        }
    }
}
