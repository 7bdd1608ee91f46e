using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>The decoder that is trained: which matrices change, which are frozen, and their order in a checkpoint.</summary>
internal sealed unsafe class TrainedDecoder
{
    private readonly List<Parameter> _parameters = [];

    public TrainedDecoder(TrainingRecipe recipe, Model? model)
    {
        Config = recipe.Shape;
        Recipe = recipe;
        (Layers, Embedding, Output) = recipe.Method == TrainingMethod.Full ? MakeFull(recipe, model) : MakeAdapters(recipe, model!); // An adapter's recipe names its model.
    }

    /// <summary>The trained kinds of a layer, in the order of a checkpoint.</summary>
    public static ReadOnlySpan<WeightKind> Kinds => WeightShape.OfLayer[..7];

    public ModelConfig Config { get; }

    public TrainingRecipe Recipe { get; }

    /// <summary>By layer and kind, from queries to the last matrix of the feed-forward part.</summary>
    public LinearLayer[][] Layers { get; }

    public LinearLayer Embedding { get; }

    public LinearLayer Output { get; }

    /// <summary>What is trained, in the order of a checkpoint.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    public LinearLayer Of(int layer, WeightKind kind) => Layers[layer][kind - WeightKind.Query];

    private (LinearLayer[][] Layers, LinearLayer Embedding, LinearLayer Output) MakeFull(TrainingRecipe recipe, Model? model)
    {
        // The two matrices that write to the stream begin smaller, so that its size does not grow with the layers.
        float writing = 1f / float.Sqrt(2f * (float)Config.Layers);
        LinearLayer Make(WeightKind kind, int layer)
        {
            (int rows, int columns) = WeightShape.Of(Config, kind);
            var parameter = new Parameter(ParameterPart.Whole, kind, layer, rows, columns);
            if (model is null)
            {
                parameter.Draw(recipe.Seed, kind is WeightKind.AttentionOutput or WeightKind.Down ? writing : 1f);
            }
            else
            {
                Take(MatrixOf(model, kind, layer), parameter);
            }

            _parameters.Add(parameter);
            return LinearLayer.OfWhole(parameter);
        }

        LinearLayer embedding = Make(WeightKind.Embedding, 0);
        LinearLayer output = Make(WeightKind.Output, 0);
        LinearLayer[][] layers = [.. Enumerable.Range(0, Config.Layers).Select(layer => (LinearLayer[])[.. Kinds.ToArray().Select(kind => Make(kind, layer))])];
        return (layers, embedding, output);
    }

    private (LinearLayer[][] Layers, LinearLayer Embedding, LinearLayer Output) MakeAdapters(TrainingRecipe recipe, Model model)
    {
        LinearLayer Make(WeightKind kind, int layer)
        {
            (int rows, int columns) = WeightShape.Of(Config, kind);
            var inner = new Parameter(ParameterPart.Inner, kind, layer, recipe.Rank, columns);
            var outer = new Parameter(ParameterPart.Outer, kind, layer, rows, recipe.Rank);
            inner.Draw(recipe.Seed, 1f);
            _parameters.Add(inner);
            _parameters.Add(outer);
            return LinearLayer.OfAdapted(MatrixOf(model, kind, layer), inner, outer);
        }

        LinearLayer[][] layers = [.. Enumerable.Range(0, Config.Layers).Select(layer => (LinearLayer[])[.. Kinds.ToArray().Select(kind => Make(kind, layer))])];
        return (layers, LinearLayer.OfFrozen(model.Embedding), LinearLayer.OfFrozen(model.Output));
    }

    private static PackedMatrix MatrixOf(Model model, WeightKind kind, int layer) => kind switch
    {
        WeightKind.Embedding => model.Embedding,
        WeightKind.Output => model.Output,
        WeightKind.Query => model.Layers[layer].Query,
        WeightKind.Key => model.Layers[layer].Key,
        WeightKind.Value => model.Layers[layer].Value,
        WeightKind.AttentionOutput => model.Layers[layer].AttentionOutput,
        WeightKind.Gate => model.Layers[layer].Gate,
        WeightKind.Up => model.Layers[layer].Up,
        WeightKind.Down => model.Layers[layer].Down,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static void Take(PackedMatrix matrix, Parameter parameter)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            float* target = parameter.Weights.Pointer + ((long)row * matrix.Columns);
            for (int i = 0; i < matrix.Columns; i++)
            {
                target[i] = (float)matrix[row, i] * matrix.Scales[row];
            }
        }
    }
}
