namespace Ait.Engine.Tokens;

/// <summary>A token that is recognised in the text before anything else happens to it.</summary>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial, bool IsSingleWord, bool TakesLeft, bool TakesRight, bool IsNormalized);
