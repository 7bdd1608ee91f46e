namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>One element of a DER tree: its tag, and either its content or what is inside.</summary>
internal sealed class DerNode
{
    private const int MaxDepth = 24;

    internal byte Tag { get; set; }

    internal byte[] Content { get; set; } = [];

    /// <summary>Null where the content is not DER itself.</summary>
    internal List<DerNode>? Children { get; set; }

    /// <summary>Bytes between content and children: the count of unused bits of a BIT STRING.</summary>
    internal byte[] Lead { get; set; } = [];

    internal static List<DerNode>? TryParse(ReadOnlySpan<byte> bytes, int depth = 0)
    {
        List<DerNode> nodes = [];
        while (!bytes.IsEmpty)
        {
            if (depth > MaxDepth || bytes.Length < 2 || (bytes[0] & 0x1F) == 0x1F)
            {
                return null;
            }

            int header = 2;
            int length = bytes[1];
            if (length > 0x80)
            {
                int width = length & 0x7F;
                if (width > 3 || bytes.Length < 2 + width)
                {
                    return null;
                }

                length = 0;
                for (int index = 0; index < width; index++)
                {
                    length = (length << 8) | bytes[2 + index];
                }

                header += width;
            }

            if (length > bytes.Length - header)
            {
                return null;
            }

            nodes.Add(Read(bytes[0], bytes.Slice(header, length), depth));
            bytes = bytes[(header + length)..];
        }

        return nodes;
    }

    internal void Write(List<byte> into)
    {
        into.Add(Tag);
        List<byte> content = [.. Lead];
        if (Children is null)
        {
            content.AddRange(Content);
        }
        else
        {
            foreach (DerNode child in Children)
            {
                child.Write(content);
            }
        }

        if (content.Count < 0x80)
        {
            into.Add((byte)content.Count);
        }
        else
        {
            int width = content.Count < 0x100 ? 1 : content.Count < 0x10000 ? 2 : 3;
            into.Add((byte)(0x80 | width));
            for (int index = width - 1; index >= 0; index--)
            {
                into.Add((byte)(content.Count >> (8 * index)));
            }
        }

        into.AddRange(content);
    }

    internal DerNode Copy() => new()
    {
        Tag = Tag,
        Content = Content,
        Lead = Lead,
        Children = Children is null ? null : [.. Children.Select(child => child.Copy())],
    };

    internal void Collect(List<DerNode> into)
    {
        into.Add(this);
        foreach (DerNode child in Children ?? [])
        {
            child.Collect(into);
        }
    }

    private static DerNode Read(byte tag, ReadOnlySpan<byte> content, int depth)
    {
        bool bits = tag == 0x03 && content.Length > 1 && content[0] == 0;
        bool mayNest = (tag & 0x20) != 0 || (tag == 0x04 && content.Length > 1) || bits;
        ReadOnlySpan<byte> inside = bits ? content[1..] : content;
        List<DerNode>? children = mayNest ? TryParse(inside, depth + 1) : null;
        return new DerNode { Tag = tag, Content = content.ToArray(), Children = children, Lead = bits && children is not null ? [0] : [] };
    }
}
