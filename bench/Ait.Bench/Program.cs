using Ait.Bench;

return args switch
{
    ["floors", .. string[] rest] => Floors.Run(rest),
    _ => BackendTable.Run(args),
};
