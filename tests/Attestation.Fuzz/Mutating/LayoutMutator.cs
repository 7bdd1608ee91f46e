namespace Ait.Attestation.Fuzz.Mutating;

/// <summary>
/// Mutations of a format made of fields: fields change, vanish, repeat and change places, and the lengths that speak of them are
/// written anew most of the time, so that what is wrong is not only the length. Half of the inputs keep every length.
/// </summary>
internal static class LayoutMutator
{
    internal static byte[] Mutate(List<Segment> layout, Chance chance)
    {
        List<Segment> segments = [.. layout];
        if (chance.OneIn(2))
        {
            return Overwritten(segments, chance);
        }

        for (int change = chance.Below(3); change >= 0; change--)
        {
            int place = chance.Below(segments.Count);
            Segment segment = segments[place];
            switch (chance.Below(6))
            {
                case 0 when segments.Count > 1:
                    segments.RemoveAt(place);
                    break;
                case 1 when segments.Count < 4096:
                    segments.Insert(place, segment);
                    break;
                case 2:
                    int other = chance.Below(segments.Count);
                    (segments[place], segments[other]) = (segments[other], segments[place]);
                    break;
                default:
                    segments[place] = segment with { Content = ByteMutator.Mutate(segment.Content, chance) };
                    break;
            }
        }

        return Join(segments, chance, chance.OneIn(3) ? chance.Below(segments.Count) : -1);
    }

    /// <summary>Every field where it was and as long as it was, so that what a field says is looked at, too.</summary>
    private static byte[] Overwritten(List<Segment> segments, Chance chance)
    {
        for (int change = chance.Below(3); change >= 0; change--)
        {
            int place = chance.Below(segments.Count);
            segments[place] = segments[place] with { Content = ByteMutator.Overwrite(segments[place].Content, chance) };
        }

        return Join(segments);
    }

    /// <summary>The fields one after the other, each length as it is.</summary>
    internal static byte[] Join(List<Segment> segments) => Join(segments, null, lie: -1);

    private static byte[] Join(List<Segment> segments, Chance? chance, int lie)
    {
        var bytes = new List<byte>();
        for (int index = 0; index < segments.Count; index++)
        {
            bytes.AddRange(index == lie && chance is not null ? ByteMutator.Mutate(Field(segments, index), chance) : Field(segments, index));
        }

        return [.. bytes];
    }

    private static byte[] Field(List<Segment> segments, int index)
    {
        Segment segment = segments[index];
        if (segment.Covers == 0)
        {
            return segment.Content;
        }

        int length = 0;
        int last = Math.Min(segments.Count - 1, index + segment.Covers);
        for (int covered = index + 1; covered <= last; covered++)
        {
            length += segment.Counts ? 1 : segments[covered].Content.Length;
        }

        var field = new byte[segment.Content.Length];
        for (int place = 0; place < field.Length; place++)
        {
            field[place] = (byte)(length >> (8 * place));
        }

        return field;
    }
}
