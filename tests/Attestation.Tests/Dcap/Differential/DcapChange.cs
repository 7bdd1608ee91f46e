namespace Ait.Attestation.Tests.Dcap.Differential;

/// <summary>How one piece of evidence is changed.</summary>
internal enum DcapChangeKind
{
    None = 0,

    /// <summary>One byte, by exclusive or.</summary>
    Flip = 1,

    /// <summary>Cut off from an offset on.</summary>
    Cut = 2,
}

/// <summary>One change to one piece of evidence.</summary>
internal sealed record DcapChange(int Piece, DcapChangeKind Kind, int Offset, byte Value)
{
    internal static DcapChange None { get; } = new(DcapPieces.Quote, DcapChangeKind.None, 0, 0);

    internal DcapPieces Apply(DcapPieces pieces)
    {
        byte[] piece = pieces.Items[Piece];
        return Kind switch
        {
            DcapChangeKind.None => pieces,
            DcapChangeKind.Cut => pieces.With(Piece, piece[..Offset]),
            _ => pieces.With(Piece, Bytes.Flip(piece, Offset, Value)),
        };
    }
}
