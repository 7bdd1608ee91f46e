using System.Collections.Immutable;
using Ait.Protocol;

namespace Ait.Coordinator.Completing;

/// <summary>What a buyer asks for, with everything the workload's hash depends on.</summary>
/// <param name="Model">The model's words.</param>
/// <param name="Workload">What will run.</param>
/// <param name="Stops">Texts before which the answer ends.</param>
/// <param name="IsChat">Whether it was a conversation.</param>
/// <param name="IsStream">Whether the answer is a stream of server-sent events.</param>
/// <param name="IncludesUsage">Whether the stream ends with the usage.</param>
internal sealed record CompletionRequest(ModelText Model, Workload Workload, ImmutableArray<string> Stops, bool IsChat, bool IsStream, bool IncludesUsage)
{
    /// <summary>The pieces of an agreed answer's text, ended before the first stop text, and whether one was found.</summary>
    internal (IReadOnlyList<string> Pieces, bool IsCut) Text(ImmutableArray<int> tokens)
    {
        List<string> pieces = [.. Model.Decode(tokens)];
        string whole = string.Concat(pieces);
        int end = whole.Length;
        foreach (string stop in Stops)
        {
            int found = whole.IndexOf(stop, StringComparison.Ordinal);
            end = found >= 0 ? Math.Min(end, found) : end;
        }

        List<string> kept = [];
        int length = 0;
        foreach (string piece in pieces)
        {
            int room = end - length;
            if (room <= 0)
            {
                break;
            }

            kept.Add(piece.Length <= room ? piece : piece[..room]);
            length += piece.Length;
        }

        return (kept, end < whole.Length);
    }
}
