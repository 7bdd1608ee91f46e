namespace Ait.Protocol.Http;

/// <summary>An RFC 9457 problem document: what went wrong, what was expected, what was found, what to do.</summary>
/// <param name="Type">A stable URI reference, <c>/problems/{code}</c>.</param>
/// <param name="Title">One sentence.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record Problem(string Type, string Title, int Status, string Code, string? Expected, string? Found, string? Remedy);
